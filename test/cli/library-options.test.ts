// What the library says to programs in JavaScript, which no compiler has looked at.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { compress, decompress, describe as describeFile, verify } from '../../src/index.js';
import { OPTION_RULES } from '../../src/library/options.js';
import { fileTree } from '../support/file-tree.js';
import { filesIn } from '../support/same-files.js';

type Untyped = (paths: unknown, options?: unknown) => Promise<unknown>;
const [pack, unpack, check] = [compress, decompress, verify] as unknown as [Untyped, Untyped, Untyped];

async function faultOf(run: Promise<unknown>): Promise<string> {
  const error = await run.then(
    () => undefined,
    (thrown) => thrown,
  );
  return error === undefined ? 'nothing' : `${error.name} ${error.code}: ${error.message}`;
}

describe('an option that there is not is refused, before anything is written', () => {
  test.each([
    ['output', "did you mean 'outputPath'?"],
    ['outputpath', "did you mean 'outputPath'?"],
    ['outputDir', "did you mean 'outputPath'?"],
    ['dtype', "did you mean 'encoding'?"],
    ['base', "did you mean 'basePath'?"],
    ['thread', "did you mean 'threads'?"],
    ['removeSource', "did you mean 'removeSources'?"],
    ['rm', "did you mean 'removeSources'?"],
    ['sha-256', "did you mean 'sha256'?"],
    ['forse', "did you mean 'force'?"],
    ['colour', 'known are threads, '],
    ['__proto__x', 'known are threads, '],
    ['constructor', 'known are threads, '],
  ])('%s: %s', async (name, said) => {
    const cwd = fileTree({ 'm/a.bin': 'x' });
    const message = await faultOf(pack([path.join(cwd, 'm')], { [name]: 's' }));
    expect(message).toContain(`ZnnError invalid-argument: options: '${name}' is unknown`);
    expect(message).toContain(said);
    expect(filesIn(cwd)).toEqual(['m/a.bin']);
  });

  test('nor one of another function', async () => {
    expect(await faultOf(unpack('x.znn', { format: 'znn' }))).toContain("decompress has no option 'format'");
    expect(await faultOf(check('x.znn', { outputPath: 's' }))).toContain("verify has no option 'outputPath'");
  });

  test('nor a limit', async () => {
    expect(await faultOf(check('x.znn', { limits: { rawbytes: 1 } }))).toContain("did you mean 'rawBytes'?");
  });
});

test.each([
  [{ threads: '2' }, "threads: '2' is not a whole number from 1"],
  [{ threads: 0 }, 'threads: 0 is not'],
  [{ outputPath: '' }, "outputPath: '' is not a path"],
  [{ outputPath: null }, 'outputPath: null is not a path'],
  [{ force: 'yes' }, "force: 'yes' is neither true nor false"],
  [{ include: '*.bin' }, "include: '*.bin' is not an array of patterns"],
  [{ exclude: [1] }, 'exclude: an array is not an array of patterns'],
  [{ encoding: 'f64' }, "encoding: 'f64' is not one of auto, bytes, bf16"],
  [{ encoding: 'toString' }, 'is not one of auto'],
  [{ format: 'zip' }, "format: 'zip' is not one of znn, safetensors"],
  [{ signal: {} }, 'signal: an object is not an AbortSignal'],
  [{ observer: { onFileEnd: 1 } }, 'has a member onFileEnd that is no function'],
  [{ limits: { frames: -1 } }, 'has frames -1, which is not a whole number up to'],
  [{ variant: true }, "variant goes with format 'safetensors' only"],
  [{ format: 'safetensors', frameIndex: false }, 'frameIndex: false leaves out'],
  [{ removeEach: true, removeSources: false }, 'removeEach removes sources'],
  [null, 'options: null is not an object'],
  ['s', "options: 's' is not an object"],
  [['s'], 'options: an array is not an object'],
])('a value that makes no sense is refused: %j', async (options, expected) => {
  const cwd = fileTree({ 'a.bin': 'x' });
  const message = await faultOf(pack(path.join(cwd, 'a.bin'), options));
  expect(message).toContain('ZnnError invalid-argument: ');
  expect(message).toContain(expected);
  expect(filesIn(cwd)).toEqual(['a.bin']);
});

test('undefined stands for none', async () => {
  const cwd = fileTree({ 'a.bin': 'x' });
  const options = { outputPath: undefined, threads: undefined, colour: undefined, format: undefined };
  expect(await faultOf(pack([path.join(cwd, 'a.bin')], options))).toBe('nothing');
  expect(filesIn(cwd)).toEqual(['a.bin', 'a.bin.znn']);
});

describe('paths', () => {
  test('one is as good as an array of one, in every function', async () => {
    const cwd = fileTree({ 'a.bin': 'x' });
    const source = path.join(cwd, 'a.bin');
    expect((await compress(source, { outputPath: `${source}.1.znn` })).files[0]?.status).toBe('done');
    expect((await verify(`${source}.1.znn`)).files[0]?.checked).toBe('content');
    expect((await decompress(`${source}.1.znn`)).files[0]?.status).toBe('done');
    expect(existsSync(`${source}.1`)).toBe(true);
  });

  test.each([
    [undefined, 'paths: undefined is neither a path nor an array of paths'],
    [null, 'paths: null is neither'],
    [1, 'paths: 1 is neither'],
    [{ path: 'x' }, 'paths: an object is neither'],
    [['a', 1], 'paths: 1, number 1, is not a path'],
    [[['a']], 'paths: an array, number 0, is not a path'],
    ['', "paths: '', number 0, is not a path"],
  ])('%j are refused', async (paths, expected) => {
    for (const run of [pack, unpack, check])
      expect(await faultOf(run(paths))).toContain(`ZnnError invalid-argument: ${expected}`);
  });

  test.each([undefined, '', 1, ['x']])('describe takes no %j', async (given) => {
    expect(await faultOf((describeFile as Untyped)(given))).toContain('ZnnError invalid-argument: path: ');
  });
});

test('README.md lists every option of each function, and no other', () => {
  const readme = readFileSync('README.md', 'utf8');
  const section = readme.slice(readme.indexOf('## Library'), readme.indexOf('## Interoperability'));
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const documented = rows.flatMap((row) => {
    const [, names = '', verbs = ''] = row.split('|').map((cell) => cell.trim());
    const all = verbs === 'all' ? Object.keys(OPTION_RULES) : verbs.split(', ');
    return all.flatMap((verb) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => `${verb} ${name}`));
  });
  const known = Object.entries(OPTION_RULES).flatMap(([verb, rules]) =>
    Object.keys(rules).map((name) => `${verb} ${name}`),
  );
  expect(documented.toSorted()).toEqual(known.toSorted());
});

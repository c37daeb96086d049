// docs/reliability.md: an index.json that names what lies elsewhere. It is refused as corrupt; with --rm no source of
// its folder goes, and nothing outside is read, written or removed.

import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { geometricBytes } from '../support/distributions.js';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { entriesIn, expectContract, hashOf } from '../support/run-contract.js';
import { run } from '../support/run-verb.js';
import { filesIn } from '../support/same-files.js';

const INDEX = 'model/model.safetensors.index.json';
const OUTSIDE = geometricBytes(9, 500, 9, 1.5);

function folderWith(index: string): string {
  return fileTree({
    'model/a.safetensors': safetensorsFile(1, 3000),
    [INDEX]: index,
    'outside/x.safetensors': OUTSIDE,
    'x.safetensors': OUTSIDE,
  });
}
const naming = (...shards: readonly string[]) =>
  JSON.stringify({
    weight_map: Object.fromEntries(['a.safetensors', ...shards].map((name, i) => [`t${i}`, name])),
  });

const HOSTILE: [string, string][] = [
  ['../x', naming('../x.safetensors')],
  ['../x, escaped', naming('x').replace('"x"', '"\\u002e\\u002e/x.safetensors"')],
  ['a path up in the middle', naming('sub/../../x.safetensors')],
  ['an absolute path', naming('/etc/passwd')],
  ['C:', naming('C:x.safetensors')],
  ['a drive and a path', naming('C:\\x.safetensors')],
  ['a share', naming('\\\\host\\share\\x')],
  ['NUL', naming('x\0.safetensors')],
  ['a line break', naming('x\n.safetensors')],
  ['names that collide by case', naming('A.safetensors')],
  ['names that collide by Unicode form', naming('\u00e9.safetensors', 'e\u0301.safetensors')],
  ['no JSON', '{'],
  ['__proto__ as the map', '{"__proto__":{"weight_map":{"t":"a.safetensors"}}}'],
  ['weight_map twice', '{"weight_map":{"t":"a.safetensors"},"weight_map":{"t":"../x"}}'],
];

describe('compress --rm of a folder whose index.json holds', () => {
  test.each(HOSTILE)('%s', async (_, index) => {
    const cwd = folderWith(index);
    await expectContract(['compress', '--rm', '-T2', 'model'], cwd, {
      exitCode: 3,
      lines: [new RegExp(`^znn: ${INDEX}: \\S.+`)],
      // What it could do is done, and the sources are all still there.
      changes: { 'model/a.safetensors.znn': await outputOf('a.safetensors') },
    });
  });

  async function outputOf(name: string): Promise<string> {
    const folder = fileTree({ [name]: safetensorsFile(1, 3000) });
    await run('compress', path.join(folder, name));
    return entriesIn(folder)[`${name}.znn`] ?? '';
  }
});

describe('decompress --rm of one whose index.json holds', () => {
  test.each(HOSTILE.slice(0, 5))('%s', async (_, index) => {
    const folder = fileTree({ 'a.safetensors': safetensorsFile(1, 3000) });
    await run('compress', path.join(folder, 'a.safetensors'), { removeSources: true });
    const cwd = folderWith(index);
    const packed = entriesIn(folder)['a.safetensors.znn'] ?? '';
    await run('compress', path.join(cwd, 'model/a.safetensors'), { removeSources: true });
    expect(entriesIn(cwd)['model/a.safetensors.znn']).toBe(packed);
    await expectContract(['decompress', '--rm', '-T2', 'model'], cwd, {
      exitCode: 3,
      lines: [new RegExp(`^znn: ${INDEX}: \\S.+`)],
      changes: { 'model/a.safetensors': hashOf(safetensorsFile(1, 3000)) },
    });
  });
});

describe('links out of the folder', () => {
  test('a shard that is one is read through; with --rm the link goes, and what it led to stays', async () => {
    const cwd = folderWith(naming('link.safetensors'));
    symlinkSync('../outside/x.safetensors', path.join(cwd, 'model/link.safetensors'));
    expect(
      (await run('compress', path.join(cwd, 'model'), { removeSources: true })).map((r) => r.status),
    ).toEqual(['done', 'done', 'done']);
    expect(filesIn(cwd)).toEqual([
      'model/a.safetensors.znn',
      'model/link.safetensors.znn',
      INDEX,
      'outside/x.safetensors',
      'x.safetensors',
    ]);
    expect(entriesIn(cwd)['outside/x.safetensors']).toBe(hashOf(OUTSIDE));
  });

  test('a folder that is one is not followed: nothing in it is compressed or removed', async () => {
    const cwd = folderWith(naming('sub/x.safetensors'));
    symlinkSync('../outside', path.join(cwd, 'model/sub'));
    await run('compress', path.join(cwd, 'model'), { removeSources: true });
    expect(filesIn(path.join(cwd, 'outside'))).toEqual(['x.safetensors']);
    expect(entriesIn(cwd)['outside/x.safetensors']).toBe(hashOf(OUTSIDE));
  });

  test('an index that is one is refused, and what it leads to stays', async () => {
    const cwd = fileTree({ 'model/a.safetensors': safetensorsFile(1, 3000), 'index.json': naming() });
    symlinkSync('../index.json', path.join(cwd, INDEX));
    const folder = fileTree({ 'a.safetensors': safetensorsFile(1, 3000) });
    await run('compress', path.join(folder, 'a.safetensors'));
    await expectContract(['compress', '--rm', '-T2', 'model'], cwd, {
      exitCode: 1,
      lines: [new RegExp(`^znn: ${INDEX}: is a link, which is never replaced`)],
      changes: { 'model/a.safetensors.znn': entriesIn(folder)['a.safetensors.znn'] ?? '' },
    });
  });
});

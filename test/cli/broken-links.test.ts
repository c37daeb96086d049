import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { TestCache } from '../support/hub-cache.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { linesOf, runZnn } from '../support/znn-process.js';

/** The one line that is said of a folder or a file. */
async function saidOf(args: readonly string[], cwd: string): Promise<string> {
  const run = await runZnn(args, { cwd });
  expect(run.exitCode).toBe(1);
  const lines = linesOf(run.stderr).filter((line) => !line.startsWith('znn: note: '));
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

describe.each([
  [
    'a link to nothing',
    { 'x.bin': 'nowhere' },
    'is a link to nowhere, and there is no such file or directory',
  ],
  [
    'a chain of links',
    { 'x.bin': 'sub/../y', y: '/not/here' },
    'is a link to sub/../y, which leads to /not/here, and there is no such',
  ],
  [
    'a link to itself',
    { 'x.bin': 'x.bin' },
    'is a link to x.bin, which leads in a circle: too many levels of links',
  ],
  ['links in a circle', { 'x.bin': 'y', y: 'x.bin' }, 'is a link to y, which leads in a circle'],
  [
    'a link through a file',
    { 'x.bin': 'file/y' },
    'is a link to file/y, and a part of that is not a directory',
  ],
])('%s', (_name, links, expected) => {
  const make = () => {
    const cwd = fileTree({ 'm/sub/': '', 'm/file': 'x' });
    for (const [name, pointee] of Object.entries(links)) symlinkSync(pointee, path.join(cwd, 'm', name));
    return cwd;
  };

  test.each([
    ['named', ['compress', 'm/x.bin']],
    ['in a folder', ['c', 'm', '--include', 'x.bin']],
    ['in a dry run', ['c', 'm/x.bin', '--dry-run']],
    ['to verify', ['verify', 'm/x.bin']],
    ['to describe', ['info', 'm/x.bin']],
    ['to check', ['check', 'm/x.bin']],
  ])('%s: it is said to be a link, and where it points', async (_how, args) => {
    expect(await saidOf(args, make())).toContain(`znn: m/x.bin: ${expected}`);
  });
});

test('a linked folder on the way is named', async () => {
  const cwd = fileTree({ 'm/a.bin': 'x' });
  symlinkSync('../gone', path.join(cwd, 'm/l'));
  expect(await saidOf(['c', 'm/l/a.bin'], cwd)).toContain(
    'znn: m/l/a.bin: m/l is a link to ../gone, and there is no such file or directory (ENOENT)',
  );
});

test('a path that is simply not there is no link', async () => {
  const cwd = fileTree({ 'm/a.bin': 'x' });
  symlinkSync('m', path.join(cwd, 'l'));
  expect(await saidOf(['c', 'l/none'], cwd)).toBe('znn: l/none: stat: no such file or directory (ENOENT)');
});

describe('a Hub cache without its blobs', () => {
  const BLOB = 'the blob is missing from the Hugging Face cache; download the model again';

  test('where it is', async () => {
    const cache = new TestCache();
    const snapshot = cache.add('main', '1'.repeat(40), { 'model.safetensors': 'x' });
    rmSync(cache.blobPath(''), { recursive: true });
    const cwd = temporaryFolder();
    expect(await saidOf(['c', snapshot, '-o', 'out'], cwd)).toContain(BLOB);
    expect(await saidOf(['verify', path.join(snapshot, 'model.safetensors')], cwd)).toContain(BLOB);
  });

  test('copied elsewhere, snapshot by snapshot', async () => {
    const cache = new TestCache();
    const snapshot = cache.add('main', '1'.repeat(40), { 'unet/model.safetensors': 'x' });
    const cwd = temporaryFolder();
    cpSync(snapshot, path.join(cwd, 'a/b/m'), { recursive: true, verbatimSymlinks: true });
    expect(await saidOf(['c', 'a/b/m', '-o', 'out'], cwd)).toContain(BLOB);
  });

  test('another link to nothing is not said to be one', async () => {
    const cwd = temporaryFolder();
    mkdirSync(path.join(cwd, 'blobs'));
    symlinkSync('blobs/weights', path.join(cwd, 'x.bin'));
    expect(await saidOf(['c', 'x.bin'], cwd)).not.toContain('blob is missing');
  });
});

test.each([
  [['c', 'a.bin', '--base', 'l'], 'znn: l: --base: is a link to nowhere, and there is no such file'],
  [['c', 'a.bin', '-o', 'l'], 'znn: l: --output: is a link that leads nowhere: to nowhere'],
])('%j: a usage error that says where it points', async (args, expected) => {
  const cwd = fileTree({ 'a.bin': 'x' });
  symlinkSync('nowhere', path.join(cwd, 'l'));
  const run = await runZnn(args, { cwd });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain(expected);
});

import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { filesIn } from '../support/same-files.js';
import { folderWithModel } from '../support/small-model.js';
import { linesOf, runZnn } from '../support/znn-process.js';

/** A folder with two compressed files, the first of which `damage` has seen. */
async function folderWithDamage(damage: (filePath: string) => void): Promise<string> {
  const cwd = fileTree({ 'a.bin': Buffer.alloc(50_000, 'abcdefg'), 'b.bin': Buffer.alloc(50_000, 'hijk') });
  expect(await runZnn(['c', '--rm', 'a.bin', 'b.bin'], { cwd })).toMatchObject({ exitCode: 0 });
  damage(path.join(cwd, 'a.bin.znn'));
  return cwd;
}

const flipByte = (filePath: string) => {
  const bytes = readFileSync(filePath);
  bytes[60] = (bytes[60] ?? 0) ^ 1;
  writeFileSync(filePath, bytes);
};
const cutShort = (filePath: string) => truncateSync(filePath, readFileSync(filePath).byteLength - 20);

describe.each([
  ['corrupt', flipByte],
  ['cut short', cutShort],
])('a file that is %s', (_kind, damage) => {
  test.each(['verify', 'decompress'])(
    '%s: exit code 3, one line that names it, and the other file is done',
    async (verb) => {
      const cwd = await folderWithDamage(damage);
      const run = await runZnn([verb, 'a.bin.znn', 'b.bin.znn'], { cwd });
      expect(run.exitCode).toBe(3);
      expect(linesOf(run.stderr)).toEqual([expect.stringMatching(/^znn: a\.bin\.znn: .+/)]);
      expect(run.stdout).toContain(verb === 'verify' ? 'verified b.bin.znn' : 'restored b.bin.znn');
      expect(linesOf(run.stdout).at(-1)).toContain('1 FAILED');
      const restored = verb === 'verify' ? [] : ['b.bin'];
      expect(filesIn(cwd)).toEqual([...restored, 'a.bin.znn', 'b.bin.znn'].sort());
    },
  );

  test('it outweighs a missing one', async () => {
    const cwd = await folderWithDamage(damage);
    expect(await runZnn(['verify', 'none', 'a.bin.znn', 'none2'], { cwd })).toMatchObject({ exitCode: 3 });
  });
});

test.each(['compress', 'decompress', 'verify', 'info'])(
  '%s: a missing path is exit code 1 and one line; other paths go on',
  async (verb) => {
    const cwd = fileTree({ 'a.bin': Buffer.alloc(1000, 'ab') });
    if (verb !== 'compress') await runZnn(['c', 'a.bin', '--rm'], { cwd });
    const run = await runZnn([verb, 'none', verb === 'compress' ? 'a.bin' : 'a.bin.znn'], { cwd });
    expect(run.exitCode).toBe(1);
    expect(linesOf(run.stderr)).toEqual(['znn: none: stat: no such file or directory (ENOENT)']);
    expect(run.stdout).toContain('a.bin');
  },
);

test('with --rm nothing of a folder is removed when one of its files fails', async () => {
  const cwd = folderWithModel();
  const before = filesIn(path.join(cwd, 'model'));
  const blocked = 'model-00002-of-00003.safetensors.znn';
  writeFileSync(path.join(cwd, 'model', blocked), 'not an output of znn');
  const run = await runZnn(['c', '--rm', 'model'], { cwd });
  expect(run.exitCode).toBe(1);
  expect(filesIn(path.join(cwd, 'model'))).toEqual(expect.arrayContaining(before));
});

test('an output inside the source folder is a usage error', async () => {
  const cwd = folderWithModel();
  const run = await runZnn(['c', 'model', '-o', 'model/small'], { cwd });
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(linesOf(run.stderr)).toEqual(['znn: model/small: --output: lies inside the source folder model']);
});

test('an in-place run in a Hugging Face cache is refused, with advice', async () => {
  const snapshot = 'hub/models--org--name/snapshots/0123';
  const cwd = fileTree({ [`${snapshot}/model.safetensors`]: 'x' });
  const run = await runZnn(['c', snapshot], { cwd });
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(linesOf(run.stderr)).toEqual([expect.stringContaining('write elsewhere with -o')]);
});

test('a folder without weights is done, with a note', async () => {
  const cwd = fileTree({ 'docs/readme.md': 'x' });
  const run = await runZnn(['c', 'docs'], { cwd });
  expect(run).toMatchObject({ exitCode: 0, stderr: 'znn: note: docs: no weight files found\n' });
});

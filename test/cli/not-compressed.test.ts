// Files that were never compressed, given to the verbs that decode.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { STOCK_CONTAINER, withMetadata } from '../support/stock-container.js';
import { jsonLines, linesOf, runZnn } from '../support/znn-process.js';

const plain = safetensorsFile(1, 1000);

test.each<[string, string | Uint8Array]>([
  ['model.safetensors', plain],
  ['model.gguf', 'GGUF\x03\0\0\0'],
  ['pytorch_model.bin', 'PK\x03\x04 and so on'],
  ['empty.bin', ''],
  ['one-byte.bin', 'Z'],
  ['model.safetensors.znn', plain],
  ['model.znn.safetensors', plain],
])('verify and decompress -o say that %s is not compressed, and exit code 1', async (name, content) => {
  const cwd = fileTree({ [name]: content });
  for (const args of [
    ['verify', name],
    ['d', name, '-o', 'out'],
    ['d', name, '-o', 'out', '--dry-run', '-v'],
  ]) {
    const run = await runZnn(args, { cwd });
    expect(run.exitCode).toBe(1);
    expect(linesOf(run.stderr)).toEqual([expect.stringMatching(`^znn: ${name}: is not compressed: `)]);
  }
});

test('others go on, and programs are told by the code', async () => {
  const cwd = fileTree({ 'a.bin': 'x', 'b.bin': 'y' });
  await runZnn(['c', '--rm', 'b.bin'], { cwd });
  const run = await runZnn(['verify', '--json', 'a.bin', 'b.bin.znn'], { cwd });
  expect(run.exitCode).toBe(1);
  expect(jsonLines(run)).toMatchObject([
    { status: 'failed', error: { code: 'unsupported', file: 'a.bin' } },
    { status: 'done', checked: 'content' },
    { exitCode: 1 },
  ]);
});

test.each(['x.znn', 'x.bin.znn'])(
  'a %s of other bytes is damaged: its name says that it is compressed',
  async (name) => {
    const cwd = fileTree({ [name]: 'something else altogether' });
    expect(await runZnn(['verify', name], { cwd })).toMatchObject({ exitCode: 3 });
  },
);

test('a compressed file of another name is compressed', async () => {
  const cwd = fileTree({ 'a.bin': Buffer.alloc(5000, 'ab') });
  await runZnn(['c', 'a.bin'], { cwd });
  writeFileSync(path.join(cwd, 'other'), readFileSync(path.join(cwd, 'a.bin.znn')));
  expect(await runZnn(['verify', 'other'], { cwd })).toMatchObject({ exitCode: 0 });
});

test('compressed tensors without their list are not said to be plain', async () => {
  const cwd = fileTree({
    'x.znn.safetensors': withMetadata(STOCK_CONTAINER, ({ znn_compressed_vectors: _, ...rest }) => rest),
  });
  const run = await runZnn(['verify', 'x.znn.safetensors'], { cwd });
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain(
    'znn_compressed_vectors is missing, which names the compressed tensors; znn check --repair rebuilds it',
  );
});

// The package's entry, as a program would use it.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { compress, decompress, describe as describeFile, verify, ZnnError } from '../../src/index.js';
import { fileTree } from '../support/file-tree.js';
import { expectSameFiles } from '../support/same-files.js';
import { folderWithModel } from '../support/small-model.js';

test('a folder there and back, observed', async () => {
  const cwd = folderWithModel();
  const [model, small, back] = ['model', 'small', 'back'].map((name) => path.join(cwd, name)) as [
    string,
    string,
    string,
  ];
  const started: string[] = [];
  const ended: string[] = [];
  const observer = {
    onFileStart: ({ sourcePath }: { sourcePath: string }) => void started.push(sourcePath),
    onFileEnd: ({ task }: { task: { sourcePath: string } }) => void ended.push(task.sourcePath),
  };
  const there = await compress([model], { outputPath: small, threads: 2, observer });
  expect(there.files.every(({ status }) => status === 'done')).toBe(true);
  expect(started).toHaveLength(9);
  expect(ended).toEqual(started);
  expect((await verify([small])).files.map(({ checked }) => checked)).toEqual(Array(4).fill('content'));
  await decompress([small], { outputPath: back });
  expectSameFiles(back, model);
});

test('one file that fails does not stop the others, and carries its error', async () => {
  const cwd = fileTree({ 'a.bin': 'x' });
  const { files } = await compress([path.join(cwd, 'none'), path.join(cwd, 'a.bin')]);
  expect(files.map(({ status }) => status)).toEqual(['failed', 'done']);
  expect(files[0]?.error).toBeInstanceOf(ZnnError);
});

test('a run that is stopped rejects, and leaves nothing', async () => {
  const cwd = fileTree({ 'a.bin': 'x' });
  const signal = AbortSignal.abort();
  await expect(compress([path.join(cwd, 'a.bin')], { signal })).rejects.toBe(signal.reason);
  expect(existsSync(path.join(cwd, 'a.bin.znn'))).toBe(false);
});

test.each([0, -1, 1.5, Number.NaN])('%d threads are refused', async (threads) => {
  await expect(compress(['x'], { threads })).rejects.toMatchObject({ code: 'invalid-argument' });
});

test('what a file is', async () => {
  const cwd = fileTree({ 'a.bin': 'x' });
  expect(await describeFile(path.join(cwd, 'a.bin'))).toMatchObject({ kind: 'other', fileBytes: 1 });
});

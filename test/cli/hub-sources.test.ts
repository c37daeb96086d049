// A Hugging Face cache named as a path: its blobs and its snapshots are the same files.

import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { TestCache } from '../support/hub-cache.js';
import { safetensorsFile } from '../support/model-folder.js';
import { filesIn } from '../support/same-files.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { linesOf, runZnn } from '../support/znn-process.js';

const COMMIT = '1'.repeat(40);
const FILES = { 'model.safetensors': safetensorsFile(1, 1000), 'config.json': '{}' };

/** A folder `hub` with the cache of one model, another's if told, and a link to the first. */
function folderWithHub({ hasLinks = true, hasOther = false } = {}) {
  const root = temporaryFolder();
  const cache = new TestCache({ hasLinks, root });
  const snapshotPath = cache.add('main', COMMIT, FILES);
  if (hasOther) new TestCache({ hasLinks, root, name: 'other' }).add('main', COMMIT, FILES);
  symlinkSync(cache.repositoryPath, path.join(root, 'link'));
  return { root, cachePath: cache.cachePath, snapshotPath };
}

const REPOSITORY = 'hub/models--org--name';

describe.each([
  ['with links', true],
  ['without links', false],
])('a cache %s', (_name, hasLinks) => {
  test.each([
    [REPOSITORY, 'is'],
    [`${REPOSITORY}/`, 'is'],
    [`${REPOSITORY}/snapshots`, 'is'],
    ['link', 'is'],
    ['hub', 'holds'],
    ['.', 'holds'],
  ])('compress %s: refused before anything is written, with the model to name', async (source, verb) => {
    const { root, cachePath } = folderWithHub({ hasLinks });
    const before = filesIn(root);
    for (const args of [
      ['compress', source, '-o', '../s'],
      ['compress', source, '--rm'],
      ['c', source],
    ]) {
      const run = await runZnn(args, { cwd: root, env: { HF_HUB_CACHE: cachePath } });
      expect(run).toMatchObject({ exitCode: 2, stdout: '' });
      expect(linesOf(run.stderr)).toEqual([
        expect.stringMatching(
          `^znn: ${source}: ${verb} the Hugging Face cache of the model org/name, .*; say --model org/name in its place`,
        ),
      ]);
    }
    expect(filesIn(root)).toEqual(before);
    expect(existsSync(path.join(root, '../s'))).toBe(false);
  });

  test('one snapshot of it goes on working, with -o', async () => {
    const { root, snapshotPath } = folderWithHub({ hasLinks });
    const there = await runZnn(['c', snapshotPath, '-o', 'small'], { cwd: root });
    expect(there).toMatchObject({ exitCode: 0, stderr: '' });
    expect(filesIn(path.join(root, 'small'))).toEqual(['config.json', 'model.safetensors.znn']);
  });
});

test('blobs alone, and the way back, are refused too', async () => {
  const { root } = folderWithHub();
  for (const args of [
    ['c', `${REPOSITORY}/blobs`],
    ['decompress', REPOSITORY],
  ]) {
    const run = await runZnn([...args, '-o', 'out'], { cwd: root });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(`say --model org/name with HF_HUB_CACHE=${root}/hub in its place`);
  }
});

test('several models: the first is named, and how many more', async () => {
  const { root } = folderWithHub({ hasOther: true });
  const run = await runZnn(['c', 'hub', '-o', 'out', '--dry-run'], { cwd: root });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain('hub: holds the Hugging Face cache of the model org/name and 1 more, ');
});

test('a dataset has no --model: its snapshots are named', async () => {
  const cwd = fileTree({ 'datasets--org--d/snapshots/v1/a.bin': 'x', 'datasets--org--d/blobs/b': 'x' });
  const run = await runZnn(['c', 'datasets--org--d', '-o', 'out'], { cwd });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain(`the dataset org/d, `);
  expect(run.stderr).toContain(`name one of its snapshots: ${cwd}/datasets--org--d/snapshots/`);
});

test.each(['verify', 'info', 'check'])('%s only reads, and takes any of it', async (verb) => {
  const { root } = folderWithHub();
  expect(await runZnn([verb, 'hub'], { cwd: root })).toMatchObject({ exitCode: 0 });
});

test('a folder that is only called like one is a folder', async () => {
  const cwd = fileTree({ 'models--org--name/a.bin': 'x', 'm/models--a/b.bin': 'y' });
  mkdirSync(path.join(cwd, 'models--org--name', 'empty'));
  const run = await runZnn(['c', 'models--org--name', 'm', '-o', 'out'], { cwd });
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
});

test('a cache inside a folder that is compressed in place may be left out', async () => {
  const { root } = folderWithHub();
  const own = path.join(root, 'own');
  mkdirSync(own);
  await runZnn(['c', 'hub/models--org--name/snapshots/1*', '-o', 'own'], { cwd: root });
  const run = await runZnn(['d', '.', '--exclude', 'hub', '--exclude', 'link'], { cwd: root });
  expect(run.exitCode).toBe(0);
  expect(filesIn(own).some((name) => name.endsWith('model.safetensors'))).toBe(true);
});

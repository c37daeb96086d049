import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FileResult } from '../../../src/run/types.js';
import { fileTree } from '../../support/file-tree.js';
import { modelFolder, snapshotOf } from '../../support/model-folder.js';
import { run, statusesOf } from '../../support/run-verb.js';

const weights = 'abcdefgh'.repeat(500);

describe('an output that exists', () => {
  test('is refused, and replaced by force', async () => {
    const root = fileTree({ 'a.bin': weights, 'a.bin.znn': 'something else' });
    const file = path.join(root, 'a.bin');
    expect(statusesOf(await run('compress', file))).toEqual([
      expect.stringMatching(/^failed a.bin \(io: already exists/),
    ]);
    expect(readFileSync(`${file}.znn`, 'utf8')).toBe('something else');
    expect(statusesOf(await run('compress', file, { force: true }))).toEqual(['done a.bin']);
    expect(statusesOf(await run('verify', `${file}.znn`))).toEqual(['done a.bin.znn']);
  });

  test('and holds what its source gives is up to date, whatever their times', async () => {
    const root = fileTree({ 'a.bin': weights });
    const file = path.join(root, 'a.bin');
    await run('compress', file);
    utimesSync(file, 1000, 1000);
    expect(statusesOf(await run('compress', file))).toEqual(['up-to-date a.bin']);
    expect(statusesOf(await run('decompress', `${file}.znn`))).toEqual(['up-to-date a.bin.znn']);
  });

  test.each([
    ['a folder', (target: string) => mkdirSync(target)],
    ['a link', (target: string) => symlinkSync('elsewhere', target)],
    ['a link', (target: string) => symlinkSync('a.bin', target)],
    ['a FIFO', (target: string) => spawnSync('mkfifo', [target])],
    ['the same file', (target: string) => linkSync(target.replace('.znn', ''), target)],
  ])('and is %s is never replaced', async (kind, make) => {
    const root = fileTree({ 'a.bin': weights });
    const target = path.join(root, 'a.bin.znn');
    make(target);
    const [status] = statusesOf(await run('compress', path.join(root, 'a.bin'), { force: true }));
    expect(status).toMatch(new RegExp(`^failed a.bin \\(io: the output is ${kind}`));
    expect(readdirSync(root).sort()).toEqual(['a.bin', 'a.bin.znn']);
    expect(readFileSync(path.join(root, 'a.bin'), 'utf8')).toBe(weights);
  });

  test('and is read-only is not replaced', async () => {
    const root = fileTree({ 'a.bin': weights, 'a.bin.znn': 'mine' });
    chmodSync(path.join(root, 'a.bin.znn'), 0o444);
    const results = await run('compress', path.join(root, 'a.bin'), { force: true });
    expect(statusesOf(results)[0]).toContain('read-only');
  });

  test('compressed with other options is not what was asked for', async () => {
    const root = fileTree({ 'a.bin': weights });
    const file = path.join(root, 'a.bin');
    await run('compress', file);
    for (const settings of [{ sha256: true }, { frameIndex: false }]) {
      expect(statusesOf(await run('compress', file, settings))[0]).toContain('already exists');
    }
  });

  test('and is damaged is not up to date', async () => {
    const root = fileTree({ 'a.bin': weights });
    const file = path.join(root, 'a.bin');
    await run('compress', file);
    const compressed = readFileSync(`${file}.znn`);
    writeFileSync(`${file}.znn`, compressed.subarray(0, -1));
    const { atime, mtime } = { atime: 5, mtime: 5 };
    for (const each of [file, `${file}.znn`]) utimesSync(each, atime, mtime);
    expect(statusesOf(await run('compress', file))[0]).toContain('already exists');
  });
});

describe('one bad file', () => {
  test('does not stop the others; its index waits', async () => {
    const root = modelFolder();
    writeFileSync(path.join(root, 'odd.bin.znn'), 'in the way');
    const results = await run('compress', root, { removeSources: true });
    const failed = results.filter(({ status }) => status === 'failed');
    expect(failed.map(({ task }) => path.basename(task.sourcePath))).toEqual(['odd.bin']);
    expect(results.filter(({ status }) => status === 'done')).toHaveLength(5);
    expect(results.filter(({ status }) => status === 'skipped').map(({ task }) => task.reason)).toEqual([
      expect.stringContaining('a file of its folder failed'),
      expect.stringContaining('a file of its folder failed'),
      expect.stringContaining('a file of its folder failed'),
    ]);
    expect(results.some(({ removedSource }) => removedSource)).toBe(false);
  });

  test('keeps every source of its folder; mended, the next run ends the job', async () => {
    const root = modelFolder();
    const before = snapshotOf(root);
    writeFileSync(path.join(root, 'odd.bin.znn'), 'in the way');
    await run('compress', root, { removeSources: true });
    expect(snapshotOf(root)).toMatchObject(before);
    const results = await run('compress', root, { removeSources: true, force: true });
    expect(statusesOf(results).filter((line) => line.startsWith('failed'))).toEqual([]);
    expect(Object.keys(snapshotOf(root)).filter((name) => /\.(safetensors|bin|gguf)$/.test(name))).toEqual(
      [],
    );
  });

  test('that is missing or damaged is named, with why', async () => {
    const root = fileTree({ 'a.znn': 'ZN', 'b.znn': '' });
    const paths = ['a.znn', 'b.znn', 'c.znn'].map((name) => path.join(root, name));
    const results = await run('decompress', paths);
    expect(results.map(({ error }) => error?.code)).toEqual(['truncated', 'truncated', 'io']);
    expect(results.map(({ error }) => error?.where.file)).toEqual(paths);
    expect(readdirSync(root).sort()).toEqual(['a.znn', 'b.znn']);
  });
});

describe('indexes', () => {
  const folder = (index: string) =>
    fileTree({ 'a.safetensors': weights, 'model.safetensors.index.json': index });

  test.each(['{', '[]', '{"weight_map":{"a":"../a.safetensors"}}', '{"weight_map":{"a":"/etc/passwd"}}'])(
    'that are broken or lead elsewhere fail, and keep the sources: %s',
    async (index) => {
      const root = folder(index);
      const results = await run('compress', root, { removeSources: true });
      expect(results.map(({ status }) => status)).toEqual(['done', 'failed']);
      expect(results[1]?.error?.code).toBe('corrupt');
      expect(readFileSync(path.join(root, 'a.safetensors'), 'utf8')).toBe(weights);
      expect(readFileSync(path.join(root, 'model.safetensors.index.json'), 'utf8')).toBe(index);
    },
  );

  test('that are links are not replaced', async () => {
    const root = fileTree({ 'a.safetensors': weights, index: '{"weight_map":{"a":"a.safetensors"}}' });
    symlinkSync('index', path.join(root, 'model.safetensors.index.json'));
    const results = await run('compress', root, { removeSources: true });
    expect(results.map(({ status }) => status)).toEqual(['done', 'failed']);
    expect(readlinkSync(path.join(root, 'model.safetensors.index.json'))).toBe('index');
    expect(readdirSync(root)).toContain('a.safetensors');
  });

  test('name what stays by its old name, and what is missing in a note', async () => {
    const index = '{"weight_map":{"a":"a.safetensors","b":"b.safetensors","c":"c.safetensors"}}';
    const root = fileTree({ 'a.safetensors': weights, 'b.safetensors': weights, 'x.bin.index.json': index });
    const results = await run('compress', root, { removeSources: true, exclude: ['b.*'] });
    expect(readFileSync(path.join(root, 'x.bin.index.json'), 'utf8')).toBe(
      index.replace('a.safetensors', 'a.safetensors.znn'),
    );
    expect(results.at(-1)?.notes).toEqual(['names c.safetensors, which is not there']);
  });

  test('tell in a note which files of their kind none of them names', async () => {
    const of = (...names: string[]) => `{"weight_map":{${names.map((name) => `"${name}":"${name}"`)}}}`;
    const files = { 'a.safetensors': weights, 'fp16.safetensors': weights, 'sub/x.safetensors': weights };
    const root = fileTree({
      ...files,
      ...{ 'b.safetensors': weights, 'c.safetensors': weights, 'other.bin': weights },
      'model.safetensors.index.fp16.json': of('fp16.safetensors'),
      'model.safetensors.index.json': of('a.safetensors', 'sub/x.safetensors'),
    });
    const notes = ['does not name b.safetensors (and 1 more): loaders that follow the index leave it out'];
    const notesOf = (results: readonly FileResult[]) =>
      results.filter(({ task }) => task.action === 'rewrite-index').map((result) => result.notes);
    expect(notesOf(await run('compress', root, { outputPath: `${root}-out` }))).toEqual([notes, []]);
    expect(notesOf(await run('compress', root, { removeSources: true }))).toEqual([notes, []]);
    expect(notesOf(await run('decompress', root, { removeSources: true }))).toEqual([[], []]);
    const named = fileTree({ ...files, 'x.safetensors.index.json': of(...Object.keys(files)) });
    expect(notesOf(await run('compress', named, { removeSources: true }))).toEqual([[]]);
  });
});

test('a link is read through; with --rm only the link goes', async () => {
  const root = fileTree({ blob: weights });
  symlinkSync('blob', path.join(root, 'a.bin'));
  const results = await run('compress', path.join(root, 'a.bin'), { removeSources: true });
  expect(results[0]?.removedSource).toBe(true);
  expect(readdirSync(root).sort()).toEqual(['a.bin.znn', 'blob']);
  expect(readFileSync(path.join(root, 'blob'), 'utf8')).toBe(weights);
});

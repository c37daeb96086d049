import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectSameFiles } from '../support/same-files.js';
import { folderWithModel, SHARDS } from '../support/small-model.js';
import { linesOf, runZnn } from '../support/znn-process.js';

const [FIRST] = SHARDS;

/** Flips a bit of the last byte. */
function tune(filePath: string): void {
  const bytes = readFileSync(filePath);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  writeFileSync(filePath, bytes);
}

/** A folder with `model/` and `tuned/`, which differs from it in a shard. */
function folderWithTuned(): string {
  const cwd = folderWithModel();
  cpSync(path.join(cwd, 'model'), path.join(cwd, 'tuned'), { recursive: true });
  tune(path.join(cwd, 'tuned', FIRST));
  return cwd;
}

test('a file against a file: tiny, and back byte for byte', async () => {
  const cwd = folderWithModel();
  const name = 'text_encoder/model.safetensors';
  cpSync(path.join(cwd, 'model', name), path.join(cwd, 'tuned.safetensors'));
  tune(path.join(cwd, 'tuned.safetensors'));
  const original = readFileSync(path.join(cwd, 'tuned.safetensors'));
  const base = ['--base', `model/${name}`];
  for (const [verb, source] of [
    ['c', 'tuned.safetensors'],
    ['d', 'tuned.safetensors.znn'],
  ] as const) {
    const run = await runZnn([verb, ...base, source, '--rm'], { cwd });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    if (verb === 'd') continue;
    const delta = readFileSync(path.join(cwd, 'tuned.safetensors.znn'));
    expect(delta.length).toBeLessThan(original.length / 5);
  }
  expect(readFileSync(path.join(cwd, 'tuned.safetensors')).equals(original)).toBe(true);
});

describe('a folder against a folder', () => {
  test('goes out and comes back', async () => {
    const cwd = folderWithTuned();
    const there = await runZnn(['c', '--base', 'model', 'tuned', '-o', 'small'], { cwd });
    expect(there).toMatchObject({ exitCode: 0, stderr: '' });
    const back = await runZnn(['d', '--base', 'model', 'small', '-o', 'back'], { cwd });
    expect(back).toMatchObject({ exitCode: 0, stderr: '' });
    expectSameFiles(path.join(cwd, 'back'), path.join(cwd, 'tuned'));
  });

  test('that lacks a base: said when compressing, and when the way back needs it', async () => {
    const cwd = folderWithTuned();
    await runZnn(['c', '--base', 'model', 'tuned', '-o', 'small', '-q'], { cwd });
    rmSync(path.join(cwd, 'model', FIRST));
    const there = await runZnn(['c', '--base', 'model', 'tuned', '-o', 'other'], { cwd });
    expect(there.exitCode).toBe(0);
    expect(linesOf(there.stderr)).toEqual([
      `znn: note: tuned/${FIRST}: model/${FIRST} is not there: compressed without a base`,
    ]);
    const back = await runZnn(['d', '--base', 'model', 'small', '-o', 'back'], { cwd });
    expect(back.exitCode).toBe(1);
    expect(linesOf(back.stderr)).toEqual([
      expect.stringMatching(
        `^znn: small/${FIRST}\\.znn: delta file: it needs the base "${FIRST}" .*; --base has no model/${FIRST}$`,
      ),
    ]);
    expect(existsSync(path.join(cwd, 'back', FIRST))).toBe(false);
  });

  test('that is another is refused, file by file, before any of it is written', async () => {
    const cwd = folderWithTuned();
    await runZnn(['c', '--base', 'model', 'tuned', '-o', 'small', '-q'], { cwd });
    const run = await runZnn(['d', '--base', 'tuned', 'small', '-o', 'back'], { cwd });
    expect(run.exitCode).toBe(1);
    expect(linesOf(run.stderr)).toEqual([
      expect.stringMatching(`^znn: tuned/${FIRST}: base: its SHA-256 is .*; the delta file needs the base `),
    ]);
    expect(existsSync(path.join(cwd, 'back', FIRST))).toBe(false);
  });
});

test.each([
  [['c', '--base', 'none', `tuned/${FIRST}`], 'none: --base: there is no such file'],
  [['c', '--base', `model/${FIRST}`, 'tuned'], '--base: the base of a folder is a folder, and this is none'],
  [['c', '--base', `tuned/${FIRST}`, `tuned/${FIRST}`], '--base: is the file that it is the base of'],
  [['c', '--base', 'model', '--format', 'safetensors', 'tuned'], '--base: goes with --format znn only'],
])('%j is a usage error', async (args, message) => {
  const cwd = folderWithTuned();
  const run = await runZnn(args, { cwd });
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(linesOf(run.stderr)).toEqual([expect.stringContaining(message)]);
});

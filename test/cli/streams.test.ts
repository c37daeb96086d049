import { closeSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { filesIn } from '../support/same-files.js';
import { folderWithModel, SHARDS } from '../support/small-model.js';
import { endOf, linesOf, runZnn, startZnn } from '../support/znn-process.js';

// Everything below the space but the line feed, and DEL to 0x9f.
const CONTROL_CODES = /(?!\n)\p{Cc}/u;

describe('off a terminal', () => {
  test('no control codes in any command’s output', async () => {
    const cwd = folderWithModel();
    for (const args of [
      ['c', 'model', '-o', 'small'],
      ['info', 'small'],
      ['verify', 'small'],
      ['d', 'small', '-o', 'back'],
    ]) {
      const run = await runZnn(args, { cwd, env: { FORCE_COLOR: '1' } });
      expect(run.exitCode).toBe(0);
      expect(run.stdout + run.stderr).not.toMatch(CONTROL_CODES);
    }
  });

  test('names with control codes come out escaped', async () => {
    const name = 'a\x1b[31m\nb.bin';
    const cwd = fileTree({ [name]: 'x' });
    const run = await runZnn(['c', name], { cwd });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(linesOf(run.stdout)[0]).toContain('compressed a\\x1b[31m\\x0ab.bin -> ');
  });

  test('-q prints nothing but errors', async () => {
    const cwd = fileTree({ 'a.bin': 'x' });
    expect(await runZnn(['c', '-q', 'a.bin'], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
    const failed = await runZnn(['c', '-q', 'a.bin', 'none'], { cwd });
    expect(failed).toMatchObject({ exitCode: 1, stdout: '' });
    expect(linesOf(failed.stderr)).toHaveLength(1);
  });
});

describe('on a terminal', () => {
  test('a bar while it runs, on stderr, and a table at the end, on stdout', async () => {
    const cwd = folderWithModel();
    const run = await runZnn(['c', 'model', '-o', 'small'], { cwd, terminal: true });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toMatch(/[#-]{24} \d+ % \| .+ of .+ \| .+ left \| model\//);
    const lines = linesOf(run.stdout);
    expect(lines[0]).toMatch(/^file +original +compressed +ratio +seconds +GB\/s$/);
    for (const shard of SHARDS) expect(run.stdout).toMatch(new RegExp(`^model/${shard} .+ %`, 'm'));
    expect(lines.at(-2)).toMatch(/^total /);
    expect(lines.at(-1)).toMatch(/^compressed 4 files, copied 4, rewrote 1: /);
    expect(run.stdout).not.toMatch(CONTROL_CODES);
  });

  test('an error is shown above the bar, and the file has a row', async () => {
    const cwd = folderWithModel();
    writeFileSync(path.join(cwd, 'model', `${SHARDS[0]}.znn`), 'in the way');
    const run = await runZnn(['c', 'model'], { cwd, terminal: true });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain(`znn: model/${SHARDS[0]}.znn: already exists`);
    expect(run.stdout).toMatch(new RegExp(`^model/${SHARDS[0]} +FAILED$`, 'm'));
  });

  test('-q shows no bar', async () => {
    const cwd = fileTree({ 'a.bin': 'x' });
    const run = await runZnn(['c', '-q', 'a.bin'], { cwd, terminal: true });
    expect(run).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });
});

test('a terminal without a size is treated as none', async () => {
  const cwd = fileTree({ 'a.bin': 'x' });
  const run = await runZnn(['c', 'a.bin'], { cwd, terminal: true, env: { ZNN_TEST_COLUMNS: '0' } });
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(linesOf(run.stdout)[0]).toMatch(/^compressed a\.bin -> /);
});

test('a reader that goes away is no error, and the work is done', async () => {
  const cwd = folderWithModel();
  const child = startZnn(['c', 'model', '-o', 'small', '--json'], { cwd });
  child.stdout?.destroy();
  expect(await endOf(child)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(filesIn(path.join(cwd, 'small'))).toHaveLength(9);
});

// Only Linux has a device that is always full.
test.runIf(process.platform === 'linux')('a full disk behind stdout is exit code 1 and a line', async () => {
  const cwd = fileTree({ 'a.bin': 'x' });
  const full = openSync('/dev/full', 'w');
  try {
    const run = await endOf(startZnn(['c', 'a.bin'], { cwd, stdout: full }));
    expect(run.exitCode).toBe(1);
    expect(linesOf(run.stderr)).toEqual([expect.stringContaining('no space left on device (ENOSPC)')]);
  } finally {
    closeSync(full);
  }
});

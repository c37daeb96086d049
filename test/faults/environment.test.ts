// What the machine around the command can do to it. Where a fault cannot be made here (an I/O error, a full disk), it is
// injected: every-call.test.ts.

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isTemporaryName } from '../../src/io/temporary-files.js';
import { geometricBytes } from '../support/distributions.js';
import { FAULT_SHIM_URL } from '../support/fault-walk.js';
import { fileTree } from '../support/file-tree.js';
import { filesIn } from '../support/same-files.js';
import { endOf, linesOf, runZnn, startZnn, type ZnnRun } from '../support/znn-process.js';

const ZNN = `'${process.execPath}' '${fileURLToPath(new URL('../../bin/znn.js', import.meta.url))}'`;
const weights = geometricBytes(1, 5000, 40, 1.4);

/** One failed file: exit code 1, one line that names it and says why, and nothing else changed on disk. */
function expectRefused(run: ZnnRun, file: string, reason: RegExp | string): void {
  expect(run.exitCode).toBe(1);
  expect(linesOf(run.stderr)).toEqual([expect.stringMatching(`^znn: ${file}: `)]);
  expect(run.stderr).toMatch(reason);
  expect(run.seconds).toBeLessThan(10);
}

describe('a destination that is', () => {
  const OBSTACLES: [string, RegExp, (target: string) => void][] = [
    ['a folder', /is a folder, which is never replaced/, (target) => mkdirSync(target)],
    ['a FIFO', /is a FIFO, which is never replaced/, (target) => execFileSync('mkfifo', [target])],
    [
      'a device',
      /is a device, which is never replaced/,
      (target) => execFileSync('mknod', [target, 'c', '1', '3']),
    ],
    [
      'a link to another file',
      /is a link, which is never replaced/,
      (target) => symlinkSync('other', target),
    ],
    ['a link to nothing', /is a link, which is never replaced/, (target) => symlinkSync('nothing', target)],
    ['a link to its source', /is a link, which is never replaced/, (target) => symlinkSync('a.bin', target)],
    [
      'a hard link to its source',
      /is the same file as the input/,
      (target) => linkSync(source(target), target),
    ],
    ['read-only', /already exists and is read-only/, readOnly],
  ];
  const source = (target: string) => target.replace(/\.znn$/, '');

  function readOnly(target: string): void {
    writeFileSync(target, 'old');
    chmodSync(target, 0o444);
  }

  const isRoot = process.getuid?.() === 0;
  test.each(OBSTACLES.filter(([title]) => isRoot || title !== 'a device'))('%s', async (_, reason, make) => {
    const cwd = fileTree({ 'a.bin': weights, other: 'other' });
    make(path.join(cwd, 'a.bin.znn'));
    const before = lstatSync(path.join(cwd, 'a.bin.znn')).ino;
    expectRefused(await runZnn(['compress', '--rm', '-f', 'a.bin'], { cwd }), 'a.bin.znn', reason);
    expect(lstatSync(path.join(cwd, 'a.bin.znn')).ino).toBe(before);
    expect(readFileSync(path.join(cwd, 'a.bin'))).toEqual(Buffer.from(weights));
    expect(readFileSync(path.join(cwd, 'other'), 'utf8')).toBe('other');
  });

  test('a file in a folder that is none', async () => {
    const cwd = fileTree({ 'a.bin': weights, sub: 'a file' });
    const run = await runZnn(['compress', 'a.bin', '-o', 'sub/a.znn'], { cwd });
    expectRefused(run, '(sub|sub/a.znn)', /not a directory|already exists/);
  });

  test('its source, by the same path', async () => {
    const cwd = fileTree({ 'a.bin': weights });
    const run = await runZnn(['compress', '-f', 'a.bin', '-o', './a.bin'], { cwd });
    expect(run).toMatchObject({
      exitCode: 2,
      stderr: 'znn: ./a.bin: the output is itself an input of this run\n',
    });
    expect(readFileSync(path.join(cwd, 'a.bin'))).toEqual(Buffer.from(weights));
  });

  test('its source, by a path through a linked folder', async () => {
    const cwd = fileTree({ 'sub/a.bin': weights });
    symlinkSync('sub', path.join(cwd, 'link'));
    const run = await runZnn(['compress', '-f', 'sub/a.bin', '-o', 'link/a.bin'], { cwd });
    expect(run.exitCode).toBe(2);
    expect(linesOf(run.stderr)).toEqual(['znn: link/a.bin: the output is itself an input of this run']);
    expect(readFileSync(path.join(cwd, 'sub/a.bin'))).toEqual(Buffer.from(weights));
  });
});

describe('a source that is', () => {
  test.each([
    [
      'a FIFO without a writer',
      /is a FIFO, not a regular file/,
      (file: string) => execFileSync('mkfifo', [file]),
    ],
    ['a link to nothing', /no such file or directory/, (file: string) => symlinkSync('nothing', file)],
    [
      'a link to itself',
      /too many levels of links/,
      (file: string) => symlinkSync(path.basename(file), file),
    ],
  ])('%s', async (_, reason, make) => {
    const cwd = fileTree({});
    make(path.join(cwd, 'a.bin'));
    expectRefused(await runZnn(['compress', '--rm', 'a.bin'], { cwd }), 'a.bin', reason);
  });
});

describe('a source that, while it is read,', () => {
  const big = geometricBytes(2, 24 << 20, 60, 1.4);
  const slow = {
    NODE_OPTIONS: `--import ${FAULT_SHIM_URL}`,
    ZNN_FAULT: JSON.stringify({ mode: 'slow', members: ['readSync'], threads: 'workers' }),
  };

  /** Starts a run whose reads take 50 ms each, and does `change` to the source as soon as it writes. */
  async function changing(verb: string, name: string, cwd: string, change: (file: string) => void) {
    const child = startZnn([verb, '--rm', '-T2', name], { cwd, env: slow });
    const end = endOf(child);
    while (!filesIn(cwd).some((file) => isTemporaryName(file))) await sleep(2);
    change(path.join(cwd, name));
    return end;
  }

  test.each([
    ['shrinks', (file: string) => truncateSync(file, 100)],
    ['grows', (file: string) => appendFileSync(file, 'x')],
    ['is written to', (file: string) => writeFileSync(file, 'x', { flag: 'r+' })],
  ])('%s: neither is it removed nor does an output appear', async (_, change) => {
    const cwd = fileTree({ 'a.bin': big });
    const run = await changing('compress', 'a.bin', cwd, change);
    expectRefused(run, 'a.bin', /the file changed while it was read/);
    expect(filesIn(cwd)).toEqual(['a.bin']);
  });

  test('shrinks, while it is decompressed', async () => {
    const cwd = fileTree({ 'a.bin': big });
    expect((await runZnn(['compress', '--rm', 'a.bin'], { cwd })).exitCode).toBe(0);
    const run = await changing('decompress', 'a.bin.znn', cwd, (file) => truncateSync(file, 100));
    expectRefused(run, 'a.bin.znn', /the file changed while it was read/);
    expect(filesIn(cwd)).toEqual(['a.bin.znn']);
  });
});

describe('standard streams', () => {
  const shells: [string, string, number][] = [
    ['stdin is closed', `${ZNN} compress a.bin <&-`, 0],
    ['stdout is closed', `${ZNN} compress a.bin >&-`, 0],
    ['stderr is closed', `${ZNN} compress a.bin none 2>&-`, 1],
    ['all are closed', `${ZNN} compress a.bin <&- >&- 2>&-`, 0],
    ['stderr is full', `${ZNN} compress a.bin none 2>/dev/full`, 1],
    ['the reader of a pipe takes nothing', `set -o pipefail; ${ZNN} compress --json a.bin | head -c0`, 0],
    ['the reader of a pipe takes one byte', `set -o pipefail; ${ZNN} compress --json a.bin | head -c1`, 0],
  ];

  test.each(shells)('%s: the work is done all the same', async (_, shell, exitCode) => {
    const cwd = fileTree({ 'a.bin': weights });
    expect(await endOf(startZnn([], { cwd, shell }))).toMatchObject({ exitCode });
    expect(filesIn(cwd)).toEqual(['a.bin', 'a.bin.znn']);
    expect((await runZnn(['decompress', '--rm', 'a.bin.znn', '-o', 'b'], { cwd })).exitCode).toBe(0);
    expect(readFileSync(path.join(cwd, 'b'))).toEqual(Buffer.from(weights));
  });
});

describe('two runs on one target', () => {
  const big = geometricBytes(3, 9 << 20, 60, 1.4);

  test.each([[[]], [['--rm']], [['-f']], [['--rm', '-f']]])(
    '%j: one output, complete, and no loss',
    async (flags) => {
      const cwd = fileTree({ 'a.bin': big });
      const args = ['compress', ...flags, 'a.bin'];
      const runs = await Promise.all([runZnn(args, { cwd }), runZnn(args, { cwd })]);
      expect(runs.some(({ exitCode }) => exitCode === 0)).toBe(true);
      for (const { exitCode } of runs) expect([0, 1]).toContain(exitCode);
      expect(filesIn(cwd)).toEqual(flags.includes('--rm') ? ['a.bin.znn'] : ['a.bin', 'a.bin.znn']);
      expect((await runZnn(['decompress', '--rm', 'a.bin.znn', '-o', 'b'], { cwd })).exitCode).toBe(0);
      expect(readFileSync(path.join(cwd, 'b')).equals(big)).toBe(true);
    },
  );

  test('from two sources: one wins, the other is refused', async () => {
    const cwd = fileTree({ 'a.bin': big, 'b.bin': weights });
    const runs = await Promise.all(
      ['a.bin', 'b.bin'].map((name) => runZnn(['compress', '--rm', name, '-o', 'out.znn'], { cwd })),
    );
    expect(runs.map(({ exitCode }) => exitCode).sort()).toEqual([0, 1]);
    const loser = runs.findIndex(({ exitCode }) => exitCode === 1);
    expect(filesIn(cwd)).toEqual([['a.bin', 'b.bin'][loser], 'out.znn']);
    expect((await runZnn(['verify', 'out.znn'], { cwd })).exitCode).toBe(0);
  });
});

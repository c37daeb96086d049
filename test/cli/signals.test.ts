import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { filesIn } from '../support/same-files.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { endOf, runZnn, startZnn } from '../support/znn-process.js';

const GIB = 2 ** 30;

/** A folder with a file of zeros that takes no room on disk, and seconds to go through. */
function folderWithSparseFile(fileBytes: number): string {
  const cwd = temporaryFolder();
  writeFileSync(path.join(cwd, 'big.bin'), '');
  truncateSync(path.join(cwd, 'big.bin'), fileBytes);
  return cwd;
}

/** Waits until the run writes: its temporary file is there. */
async function untilWriting(cwd: string): Promise<void> {
  while (!readdirSync(cwd).some((name) => name.endsWith('.znn-tmp'))) await sleep(5);
}

/** Starts a run, sends it signals once it writes, and gives its end and the seconds from the first signal to it. */
async function stopRun(args: readonly string[], cwd: string, signals: readonly NodeJS.Signals[]) {
  const child = startZnn(args, { cwd });
  const end = endOf(child);
  await untilWriting(cwd);
  const startMs = performance.now();
  for (const signal of signals) {
    child.kill(signal);
    await sleep(20);
  }
  return { ...(await end), stopSeconds: (performance.now() - startMs) / 1000 };
}

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s', (signal, exitCode) => {
  test('ends a compress within a second, leaves nothing unfinished, and the source stays', async () => {
    const cwd = folderWithSparseFile(16 * GIB);
    const run = await stopRun(['compress', '--rm', 'big.bin'], cwd, [signal]);
    expect(run).toMatchObject({
      exitCode,
      stdout: '',
      stderr: 'znn: stopped; unfinished outputs were removed\n',
    });
    expect(run.stopSeconds).toBeLessThan(1);
    expect(filesIn(cwd)).toEqual(['big.bin']);
  });
});

test('SIGINT ends a decompress within a second, and leaves nothing unfinished', async () => {
  const cwd = folderWithSparseFile(GIB);
  expect(await runZnn(['compress', '--rm', 'big.bin'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  const run = await stopRun(['decompress', 'big.bin.znn'], cwd, ['SIGINT']);
  expect(run).toMatchObject({ exitCode: 130, stdout: '' });
  expect(run.stopSeconds).toBeLessThan(1);
  expect(filesIn(cwd)).toEqual(['big.bin.znn']);
});

test('a second Ctrl-C ends the process at once, and leaves nothing unfinished', async () => {
  const cwd = folderWithSparseFile(16 * GIB);
  const run = await stopRun(['compress', 'big.bin'], cwd, ['SIGINT', 'SIGINT']);
  expect(run.exitCode).toBe(130);
  expect(run.stopSeconds).toBeLessThan(1);
  expect(filesIn(cwd)).toEqual(['big.bin']);
});

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ownProcess } from '../../../src/io/process-identity.js';
import {
  isTemporaryName,
  removeStaleTemporaries,
  temporaryPathFor,
} from '../../../src/io/temporary-files.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** The id of a process that has ended. */
const gonePid = () => spawnSync(process.execPath, ['-e', '']).pid;

const nameOf = ({ host, pid, start }: typeof ownProcess) =>
  `.model.znn.${host}-${pid}-${start}-00000000.znn-tmp`;

function leftAfterCleaning(...names: string[]): string[] {
  const folder = temporaryFolder();
  for (const name of names) writeFileSync(path.join(folder, name), '');
  removeStaleTemporaries(folder);
  return readdirSync(folder);
}

test('a name is new each time, hidden, and recognised', () => {
  const [one, other] = [temporaryPathFor('/a/b\n.znn'), temporaryPathFor('/a/b\n.znn')];
  expect(one).not.toBe(other);
  expect(path.dirname(one)).toBe('/a');
  expect(isTemporaryName(path.basename(one))).toBe(true);
});

test('files of a process that is gone are removed', () => {
  expect(leftAfterCleaning(nameOf({ ...ownProcess, pid: gonePid(), start: 'deadbeef' }))).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'files of a process that nobody waited for are removed',
  async () => {
    // The shell's child ends; the program that takes the shell's place never asks for it.
    const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void parent.kill());
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const name = nameOf({ ...ownProcess, pid: Number(line), start: 'deadbeef' });
    await expect.poll(() => leftAfterCleaning(name)).toEqual([]);
  },
);

test('files of an earlier process with our number are removed: containers count from 1 each time', () => {
  expect(leftAfterCleaning(nameOf({ ...ownProcess, start: 'deadbeef' }))).toEqual([]);
});

test('files of live processes stay', () => {
  const names = [nameOf(ownProcess), nameOf({ ...ownProcess, pid: process.ppid, start: 'deadbeef' })].sort();
  expect(leftAfterCleaning(...names)).toEqual(names);
});

test('files of other machines stay: nobody here can know whether their process lives', () => {
  const name = nameOf({ host: 'elsewhere', pid: gonePid(), start: 'deadbeef' });
  expect(leftAfterCleaning(name)).toEqual([name]);
});

test('names that only look alike stay', () => {
  const names = ['.model.znn-tmp', 'model.znn', `x${nameOf({ ...ownProcess, start: 'deadbeef' })}`];
  expect(leftAfterCleaning(...names)).toEqual([...names].sort());
});

test('a folder that does not exist is no error', () => {
  expect(() => removeStaleTemporaries('/nonexistent/folder')).not.toThrow();
});

// Below /proc no folder can be made, and the system says that a parent is missing. Node's own way to make parents tries
// that for ever: the command hung.

import path from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../../src/io/paths/folders.js';
import { fileTree } from '../support/file-tree.js';
import { filesIn } from '../support/same-files.js';
import { linesOf, runZnn } from '../support/znn-process.js';

// Only Linux has /proc.
test.runIf(process.platform === 'linux')('an output folder below /proc: every file says so', async () => {
  const cwd = fileTree({ 'model/a.bin': 'abc', 'model/b.bin': 'abc' });
  const run = await runZnn(['c', 'model', '-o', '/proc/none/out'], { cwd });
  expect(run.exitCode).toBe(1);
  expect(linesOf(run.stderr)).toEqual(
    ['a.bin', 'b.bin'].map((name) =>
      expect.stringMatching(new RegExp(`^znn: model/${name}: output folder /proc/none.*: mkdir: .*ENOENT`)),
    ),
  );
});

test('missing parents are made, and folders that are there are no error', async () => {
  const cwd = fileTree({ 'x/file': 'abc' });
  for (const isDurable of [true, false, true]) await makeFolder(path.join(cwd, 'x/y/z'), isDurable);
  await makeFolder(path.join(cwd, 'x/./u/../v'), true);
  expect(filesIn(cwd)).toEqual(['x/file']);
  await expect(makeFolder(path.join(cwd, 'x/file'), false)).rejects.toMatchObject({ code: 'io' });
  await expect(makeFolder(path.join(cwd, 'x/file/y'), false)).rejects.toMatchObject({ code: 'io' });
});

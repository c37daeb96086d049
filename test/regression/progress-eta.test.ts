// On a terminal the first redraw of the bar came before the time left was known, and ended the run with a TypeError.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { uniformBytes } from '../support/distributions.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { runZnn } from '../support/znn-process.js';

test('a run long enough for the bar to be drawn shows it and ends well', async () => {
  const cwd = temporaryFolder();
  const block = uniformBytes(1, 1 << 22);
  writeFileSync(path.join(cwd, 'a.bin'), Buffer.concat(Array.from({ length: 40 }, () => block)));
  // --fsync keeps the bar up for longer than one redraw on any machine.
  const run = await runZnn(['compress', 'a.bin', '--sha256', '--fsync'], { cwd, terminal: true });
  expect(run.stderr).toMatch(/ % \| .* of 168 MB \| .* left \| a\.bin/);
  expect(run.stderr).not.toMatch(/TypeError|NULL|INF/);
  expect(run.exitCode).toBe(0);
});

// A file system that is mounted read-only, and has nothing free: what squashfs and ISO images are.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { safetensorsFile } from '../support/model-folder.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { linesOf, runZnn } from '../support/znn-process.js';

/** Mounts, in a namespace of its own, a disk of 300 kB at "disk", fills it with "model", and makes it read-only. */
const MOUNTED = `unshare --mount --map-root-user sh -c '
  mount -t tmpfs -o size=300k none disk && cp -r model disk/model &&
  head -c 1000000 /dev/zero > disk/rest 2>&-; mount -o remount,ro disk && exec "$@"' sh`;

const canMount = (() => {
  try {
    execFileSync('unshare', ['--mount', '--map-root-user', 'mount', '-t', 'tmpfs', 'none', '/mnt'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
})();

test.runIf(canMount).each([
  [['compress', 'disk/model'], 'disk/model'],
  [['compress', 'disk/model/a.safetensors', '--dry-run'], 'disk/model'],
  [['compress', 'model', '-o', 'disk/out'], 'disk/out'],
])('%j: it is said to be read-only, with exit code 1, and nothing of free space', async (args, folder) => {
  const cwd = temporaryFolder();
  for (const name of ['model', 'disk']) execFileSync('mkdir', [path.join(cwd, name)]);
  writeFileSync(path.join(cwd, 'model', 'a.safetensors'), safetensorsFile(1, 100_000));
  writeFileSync(path.join(cwd, 'run.sh'), `${MOUNTED} "$@"`);
  const run = await runZnn(args, { cwd, wrapper: ['sh', 'run.sh'] });
  expect(run.exitCode).toBe(1);
  expect(linesOf(run.stderr)).toEqual([
    `znn: ${folder}: nothing can be written here: read-only file system (EROFS); write elsewhere with -o`,
  ]);
});

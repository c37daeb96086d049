// A user without a home: a container that is started with a user id of its own, and no HOME.

import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { linesOf, runZnn } from '../support/znn-process.js';

/** What Node does for a user that no list of users has. */
const NO_HOME = `import os from 'node:os';
  import { syncBuiltinESMExports } from 'node:module';
  os.homedir = () => { throw Object.assign(new Error('uv_os_homedir returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' }); };
  syncBuiltinESMExports();`;

function homeless() {
  const root = fileTree({ 'm/a.safetensors': safetensorsFile(1, 4000) });
  const preload = path.join(root, 'no-home.mjs');
  writeFileSync(preload, NO_HOME);
  // The notes on outputs would go below the home.
  const env = { NODE_OPTIONS: `--import ${preload}`, HOME: '' };
  return { root, znn: (...args: string[]) => runZnn(args, { cwd: root, env }) };
}

test('compresses, checks and restores', async () => {
  const { root, znn } = homeless();
  for (const args of [
    ['compress', 'm', '-o', 's'],
    ['check', 's'],
    ['info', 's'],
    ['decompress', 's', '-o', 'r'],
  ])
    expect(await znn(...args)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(existsSync(path.join(root, 'r/a.safetensors'))).toBe(true);
});

test('has no cache of models, and is told so', async () => {
  const { znn } = homeless();
  const { exitCode, stderr } = await znn('compress', '--model', 'org/name', '-o', 's');
  expect(exitCode).toBe(1);
  expect(linesOf(stderr)).toEqual([expect.stringContaining('Hub cache: org/name is not in it')]);
});

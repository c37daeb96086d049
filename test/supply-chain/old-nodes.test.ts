// Nodes that are too old, as Debian and Ubuntu still install them: what they are told.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';
import { nodeFolderOf } from './node-versions.js';
import { root, runProgram } from './npm.js';

/** Fetching a Node takes as long as the network takes. */
const TIMEOUT_MS = 600_000;
vi.setConfig({ testTimeout: TIMEOUT_MS, hookTimeout: TIMEOUT_MS });

/** The oldest that any distribution had with npm, those of Ubuntu 22.04 and Debian 12, and one between. */
const OLD_NODES = ['4.9.1', '12.22.12', '16.20.2', '18.20.8'] as const;
/** Those whose loader reads all of the library, and then begins with its first module. */
const READING_ALL = ['16.20.2', '18.20.8'] as const;

const command = path.join(root, 'bin', 'znn.cjs');
const oldest = '20';

describe.each(OLD_NODES)('on Node %s', (version) => {
  test.each([[['--version']], [['compress', 'model', '-o', 'small']], [[]]])(
    'znn %j: one line that says which Node is needed and which this is, exit code 1',
    async (args) => {
      const node = path.join(await nodeFolderOf(version), 'node');
      const { exitCode, stdout, stderr } = await runProgram(node, [command, ...args], {
        cwd: temporaryFolder(),
      });
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toMatch(
        new RegExp(`^znn: Node ${version} is too old: znn needs Node ${oldest} or newer; this one is /.+\n$`),
      );
    },
  );
});

test.each(READING_ALL)('the library on Node %s: one error that says so', async (version) => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(root, path.join(folder, 'node_modules', 'znn'));
  writeFileSync(
    path.join(folder, 'use.mjs'),
    "import('znn').catch(({ name, code, message }) => console.log(name, code, message));",
  );
  const node = path.join(await nodeFolderOf(version), 'node');
  const { stdout } = await runProgram(node, ['use.mjs'], { cwd: folder });
  expect(stdout).toBe(`ZnnError io Node ${version} is too old: znn needs Node ${oldest} or newer\n`);
});

test('the Node that is asked for is that of package.json', () => {
  const { engines } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  expect(engines.node).toBe(`>=${oldest}`);
  for (const file of [command, path.join(root, 'src', 'node-version.ts')])
    expect(readFileSync(file, 'utf8')).toContain(`const OLDEST_NODE = ${oldest};`);
});

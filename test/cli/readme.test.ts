// The README's examples run as they stand there, in `npm run test:system`. `npm test -- test/cli/readme.test.ts -u` writes what
// they print into it.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { writeModelFolder } from '../../scripts/fixtures.js';
import { TestCache } from '../support/hub-cache.js';
import { filesIn } from '../support/same-files.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { linesOf } from '../support/znn-process.js';

const root = path.resolve('.');
const README = path.join(root, 'README.md');
const readme = readFileSync(README, 'utf8');
const CONSOLE_BLOCK = /(```console\n)([\s\S]*?)(```)/g;

/** A folder with the README's `my-model`, and `znn` on the PATH, which takes its stdout for a terminal. */
function shellWithModel(): (command: string) => string {
  const cwd = temporaryFolder();
  writeModelFolder(path.join(cwd, 'my-model'), { scale: 0.25 });
  cacheModel(cwd, 'name', path.join(cwd, 'my-model'));
  const bin = path.join(temporaryFolder(), 'bin');
  mkdirSync(bin);
  const preload = path.join(root, 'test/support/fake-terminal.js');
  const command = [process.execPath, '--import', preload, path.join(root, 'bin/znn.cjs')];
  writeFileSync(
    path.join(bin, 'znn'),
    `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(' ')} "$@"\n`,
  );
  chmodSync(path.join(bin, 'znn'), 0o755);
  const env = {
    ...process.env,
    // Where CI is set the display is plain, and the page shows what a person sees.
    CI: '',
    PATH: `${bin}${path.delimiter}${process.env.PATH}`,
    ZNN_TEST_TERMINAL: 'stdout',
    HF_HOME: 'hf',
  };
  const compressed = path.join(temporaryFolder(), 'name-znn');
  const znn = [path.join(root, 'bin/znn.cjs'), 'compress', 'my-model', '-o', compressed];
  execFileSync(process.execPath, znn, { cwd });
  cacheModel(cwd, 'name-znn', compressed);
  return (line) => execFileSync('sh', ['-c', `{ ${line}; } 2>&1`], { cwd, env, encoding: 'utf8' });
}

/** Puts a folder's files into a Hub cache in `hf`, as the model `org/<name>`. */
function cacheModel(cwd: string, name: string, folder: string): void {
  const files = filesIn(folder).map((file) => [file, readFileSync(path.join(folder, file))]);
  const cache = new TestCache({ root: path.join(cwd, 'hf'), name });
  cache.add('main', '0123456789abcdef0123456789abcdef01234567', Object.fromEntries(files));
}

/** Times and speeds are those of the machine; with them goes the padding that aligns them. */
function withoutTimings(output: string): string {
  return output
    .replace(/\d+\.\d\d s, [\d.-]+ GB\/s/g, 'TIME')
    .replace(/^(.* %) +\d+\.\d\d +(\d+\.\d\d|-)$/gm, '$1 TIME')
    .replace(/^file .*$/gm, (head) => head.replace(/ +/g, ' '));
}

/** A block's commands run again, each with what it prints now; where only times differ, with what stands there. */
function runBlock(block: string, run: (command: string) => string): string {
  return block
    .split(/^(?=\$ )/m)
    .map((example) => {
      const [command = '', ...lines] = linesOf(example);
      const printed = run(command.slice(2));
      const shown = lines.map((line) => `${line}\n`).join('');
      return `${command}\n${withoutTimings(printed) === withoutTimings(shown) ? shown : printed}`;
    })
    .join('');
}

test('every example prints what the README shows', async () => {
  const run = shellWithModel();
  expect(readme.match(CONSOLE_BLOCK)?.length).toBeGreaterThanOrEqual(4);
  const actual = readme.replace(
    CONSOLE_BLOCK,
    (_all, opening: string, block: string, closing: string) => opening + runBlock(block, run) + closing,
  );
  await expect(actual).toMatchFileSnapshot(README);
});

test('the set-up commands stand near the top, exactly so', () => {
  const top = readme.split('\n').slice(0, 40);
  expect(top).toContain('npm install && npm run demo');
  expect(top).toContain('npm install && npm test');
});

test('the library example runs', () => {
  const cwd = temporaryFolder();
  writeModelFolder(path.join(cwd, 'my-model'), { scale: 0.01 });
  mkdirSync(path.join(cwd, 'node_modules'));
  symlinkSync(root, path.join(cwd, 'node_modules', 'znn'), 'dir');
  const [, example = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
  writeFileSync(path.join(cwd, 'example.mjs'), example);
  expect(execFileSync(process.execPath, ['example.mjs'], { cwd, encoding: 'utf8' })).toBe('true\nznn 7\n');
});

test('every name in the JSON output is documented', () => {
  const run = shellWithModel();
  const output = [
    run('znn compress my-model -o small --json --sha256'),
    run('znn compress my-model -o small --json'),
    run('znn compress my-model --json --dry-run'),
    run('znn decompress small --rm --json'),
    run('znn info my-model --json'),
    run('znn compress my-model/model-00001-of-00003.safetensors --json'),
    run('znn info my-model/model-00001-of-00003.safetensors.znn --json'),
    run('znn check my-model --json'),
    run('znn verify none --json || true').replace(/^znn: .*\n/, ''),
  ].join('');
  const names = new Set<string>();
  for (const line of linesOf(output)) {
    JSON.parse(line, (name, value: unknown) => {
      if (name !== '' && !/^\d+$/.test(name)) names.add(name);
      return value;
    });
  }
  const section = readme.split('## JSON')[1]?.split('\n## ')[0] ?? '';
  const documented = new Set([...section.matchAll(/`([A-Za-z0-9]+)`/g)].map(([, name]) => name));
  names.delete('type');
  expect([...names].filter((name) => !documented.has(name))).toEqual([]);
  expect(names).toContain('error');
});

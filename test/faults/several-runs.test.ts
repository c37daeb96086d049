// Several runs at once in one folder, as real processes: nobody harms another's files, and work that another one did is done.

import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { isTemporaryName } from '../../src/io/temporary/temporary-files.js';
import { geometricBytes } from '../support/distributions.js';
import { FAULT_SHIM_URL } from '../support/fault-walk.js';
import { fileTree } from '../support/file-tree.js';
import { TestCache } from '../support/hub-cache.js';
import { safetensorsFile } from '../support/model-folder.js';
import { entriesIn } from '../support/run-contract.js';
import { sharedTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';
import { endOf, linesOf, runZnn, startZnn, type ZnnRun } from '../support/znn-process.js';

const MODEL = {
  'm/model-1.safetensors': safetensorsFile(1, 3 << 20),
  'm/model-2.safetensors': safetensorsFile(2, 2 << 20),
  'm/sub/c.bin': geometricBytes(3, 1 << 20, 60, 1.4),
  'm/small.bin': 'abcdefgh',
  'm/config.json': '{}',
  'm/model.safetensors.index.json': '{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}',
  'm/.gitattributes': '*.safetensors filter=lfs diff=lfs merge=lfs -text\n',
};

const COMMANDS = [
  ['compress m'],
  ['compress --rm m'],
  ['compress --rm=each m'],
  ['compress -f m'],
  ['compress --rm -f m'],
  ['compress m -o s'],
  ['compress --rm m -o s'],
  ['compress --format safetensors --rm m'],
  ['compress --lfs --rm plain'],
  ['decompress s'],
  ['decompress --rm s'],
  ['decompress --rm=each s'],
  ['decompress --rm -f s'],
  ['decompress --rm --no-space-check s'],
  ['decompress s -o back'],
] as const;

/** A model, the same compressed, and one without `.gitattributes`. */
const template = sharedTemporaryFolder();

async function folderOf(): Promise<string> {
  if (readdirSync(template).length === 0) {
    const { 'm/.gitattributes': _, ...plain } = MODEL;
    cpSync(fileTree(MODEL), template, { recursive: true, preserveTimestamps: true });
    cpSync(path.join(fileTree(plain), 'm'), path.join(template, 'plain'), {
      recursive: true,
      preserveTimestamps: true,
    });
    expect((await runZnn(['compress', 'm', '-o', 's', '-q'], { cwd: template })).exitCode).toBe(0);
  }
  const cwd = temporaryFolder();
  cpSync(template, cwd, { recursive: true, preserveTimestamps: true });
  return cwd;
}

/** Where the output is what the command makes, a folder that it makes is not in the way. */
async function prepared(command: string): Promise<string> {
  const cwd = await folderOf();
  if (command.includes('-o s')) execFileSync('rm', ['-r', 's'], { cwd });
  return cwd;
}

function expectDone(runs: readonly ZnnRun[]): void {
  for (const { exitCode, stderr } of runs) {
    expect([exitCode, linesOf(stderr).filter((line) => !line.startsWith('znn: note: '))]).toEqual([0, []]);
  }
}

const afterOne = new Map<string, Record<string, string>>();

/** What one run alone makes of it. */
async function entriesAfterOne(command: string): Promise<Record<string, string>> {
  const known = afterOne.get(command);
  if (known !== undefined) return known;
  const cwd = await prepared(command);
  expectDone([await runZnn(command.split(' '), { cwd })]);
  const entries = entriesIn(cwd);
  afterOne.set(command, entries);
  return entries;
}

describe.each(COMMANDS)('%s', (command) => {
  test.each([2, 3, 4])('%i runs at once: all are done, as one alone would be', async (count) => {
    const alone = await entriesAfterOne(command);
    const cwd = await prepared(command);
    const args = command.split(' ');
    expectDone(await Promise.all(Array.from({ length: count }, () => runZnn(args, { cwd }))));
    const entries = entriesIn(cwd);
    expect(Object.keys(entries).filter((name) => isTemporaryName(path.basename(name)))).toEqual([]);
    expect(entries).toEqual(alone);
  });
});

/** Reads or writes take 50 ms each, so that another run overtakes this one. */
const slow = (member: string) => ({
  NODE_OPTIONS: `--import ${FAULT_SHIM_URL}`,
  ZNN_FAULT: JSON.stringify({ mode: 'slow', members: [member] }),
});

/** Waits until the run writes something. By names alone: contents take so long that it could have ended meanwhile. */
async function untilItWrites(cwd: string): Promise<void> {
  const names = () => readdirSync(cwd, { recursive: true, encoding: 'utf8' });
  while (!names().some((name) => isTemporaryName(path.basename(name)))) await sleep(2);
}

/** Does `work` while the run stands still, with something written and not finished. */
async function whileStopped(
  child: ChildProcess,
  cwd: string,
  work: () => void | Promise<void>,
): Promise<void> {
  await untilItWrites(cwd);
  child.kill('SIGSTOP');
  await work();
  child.kill('SIGCONT');
}

describe('a run that another one overtakes', () => {
  const big = geometricBytes(4, 24 << 20, 60, 1.4);

  test.each([
    ['compress -T2 a.bin', 'compress a.bin', 'a.bin'],
    ['compress -T2 --rm a.bin', 'compress a.bin', 'a.bin'],
    ['compress -T2 -f a.bin', 'compress a.bin', 'a.bin'],
    ['decompress -T2 b.bin.znn', 'decompress b.bin.znn', 'b.bin.znn'],
    ['decompress -T2 -f b.bin.znn', 'decompress --rm b.bin.znn', 'b.bin.znn'],
    ['compress -T2 c -o s', 'compress c -o s', 'c/a.bin'],
  ])('%s, by %s: it says whose work it found', async (command, other, name) => {
    const cwd = fileTree({ 'a.bin': big, 'b.bin': big, 'c/a.bin': big });
    expectDone([await runZnn(['compress', '--rm', '-q', 'b.bin'], { cwd })]);
    const child = startZnn(command.split(' '), { cwd, env: slow('readSync') });
    const ending = endOf(child);
    await whileStopped(child, cwd, async () => expectDone([await runZnn(other.split(' '), { cwd })]));
    const overtaken = await ending;
    expectDone([overtaken]);
    expect(linesOf(overtaken.stderr)).toEqual([`znn: note: ${name}: another run made it meanwhile`]);
    expect(overtaken.stdout).toContain('up to date');
  });

  test('whose file is another one: it says that it appeared, and replaces nothing, with -f neither', async () => {
    const cwd = fileTree({ 'a.bin': big, 'other.bin': 'x'.repeat(1000) });
    const child = startZnn(['compress', '-T2', '-f', '--rm', 'a.bin'], { cwd, env: slow('readSync') });
    const ending = endOf(child);
    await whileStopped(child, cwd, async () =>
      expectDone([await runZnn(['compress', 'other.bin', '-o', 'a.bin.znn'], { cwd })]),
    );
    const before = entriesIn(cwd)['a.bin.znn'];
    const { exitCode, stderr } = await ending;
    expect([exitCode, stderr]).toEqual([
      1,
      'znn: a.bin.znn: appeared during the run and is not what this source and these options give\n',
    ]);
    expect(entriesIn(cwd)).toMatchObject({ 'a.bin.znn': before });
    expect(Object.keys(entriesIn(cwd))).toEqual(['a.bin', 'a.bin.znn', 'other.bin']);
  });

  test.each([
    ['compress', 'm', 'model-1.safetensors', 'model-1.safetensors.znn'],
    ['decompress', 's', 'model-1.safetensors.znn', 'model-1.safetensors'],
  ])(
    '%s --rm: sources that are gone by their turn are done if their outputs are there',
    async (verb, folder, source, output) => {
      const cwd = await folderOf();
      const child = startZnn([verb, '--rm', folder, '--json'], { cwd, env: slow('openSync') });
      const ending = endOf(child);
      await whileStopped(child, path.join(cwd, folder), async () =>
        expectDone([await runZnn([verb, '--rm', '-q', folder], { cwd })]),
      );
      const overtaken = await ending;
      expectDone([overtaken]);
      expect(overtaken.stdout).toMatch(
        /another run (did this, and )?removed it|another run made it meanwhile/,
      );
      const names = Object.keys(entriesIn(path.join(cwd, folder)));
      expect([names.includes(source), names.includes(output)]).toEqual([false, true]);
    },
  );

  test('a source that is gone, and so is its output, is an error', async () => {
    const cwd = fileTree({
      'm/a.bin': big,
      'm/b.bin': big,
      'm/c.bin': big,
      'm/d.bin': 'abcdefgh'.repeat(500),
    });
    const child = startZnn(['compress', '--rm', '-T2', 'm'], { cwd, env: slow('readSync') });
    const ending = endOf(child);
    await whileStopped(child, cwd, () => rmSync(path.join(cwd, 'm/d.bin')));
    const { exitCode, stderr } = await ending;
    expect(exitCode).toBe(1);
    expect(linesOf(stderr)).toEqual(['znn: m/d.bin: open: no such file or directory (ENOENT)']);
    expect(Object.keys(entriesIn(path.join(cwd, 'm')))).toEqual(
      expect.arrayContaining(['a.bin', 'b.bin', 'c.bin']),
    );
  });

  test('a source that is gone, with something else under the name of its output, is an error', async () => {
    const cwd = fileTree({
      'm/a.bin': big,
      'm/b.bin': big,
      'm/c.bin': big,
      'm/d.bin': 'abcdefgh'.repeat(500),
    });
    const ending = endOf(startZnn(['compress', '--rm', '-T2', 'm'], { cwd, env: slow('readSync') }));
    await untilItWrites(cwd);
    rmSync(path.join(cwd, 'm/d.bin'));
    writeFileSync(path.join(cwd, 'other'), 'abcd');
    expectDone([await runZnn(['compress', 'other', '-o', 'm/d.bin.znn'], { cwd })]);
    expect((await ending).exitCode).toBe(1);
    expect(Object.keys(entriesIn(path.join(cwd, 'm')))).toContain('a.bin');
  });
});

describe('other commands, at once', () => {
  test.each([2, 4])('%i of cache restore --rm', async (count) => {
    const root = temporaryFolder();
    const source = fileTree({
      'a.safetensors': safetensorsFile(1, 3 << 20),
      'b.bin': 'abcdefgh'.repeat(500),
    });
    expectDone([await runZnn(['compress', '-q', '.'], { cwd: source })]);
    new TestCache({ root }).add('main', '1'.repeat(40), {
      'a.safetensors.znn': readFileSync(path.join(source, 'a.safetensors.znn')),
      'b.bin.znn': readFileSync(path.join(source, 'b.bin.znn')),
      'model.safetensors.index.json': '{"weight_map":{"t":"a.safetensors.znn"}}',
    });
    const args = ['cache', 'restore', '--model', 'org/name', '--rm'];
    const settings = { cwd: root, env: { HF_HUB_CACHE: path.join(root, 'hub') } };
    expectDone(await Promise.all(Array.from({ length: count }, () => runZnn(args, settings))));
    const entries = Object.keys(entriesIn(root));
    expect(entries.filter((name) => name.endsWith('.znn') || isTemporaryName(path.basename(name)))).toEqual(
      [],
    );
    const restored = entries.find((name) => name.endsWith('/a.safetensors')) ?? '';
    expect(
      readFileSync(path.join(root, restored)).equals(readFileSync(path.join(source, 'a.safetensors'))),
    ).toBe(true);
  });

  test.each([2, 4])('%i of check --repair', async (count) => {
    const cwd = fileTree({
      'm/a.safetensors': safetensorsFile(1, 3000),
      'm/model.safetensors.index.json': '{"weight_map":{"layer.1.weight":"a.safetensors"}}',
    });
    expectDone([await runZnn(['compress', '--rm', '-q', 'm/a.safetensors'], { cwd })]);
    const args = ['check', 'm', '--repair', '-o', 'new'];
    expectDone(await Promise.all(Array.from({ length: count }, () => runZnn(args, { cwd }))));
    expect(Object.keys(entriesIn(path.join(cwd, 'new')))).toEqual(['model.safetensors.index.json']);
  });
});

/** Whether this machine lets a test have PID namespaces of its own. */
const hasNamespaces = spawnSync('unshare', ['-pf', '--mount-proc', 'true']).status === 0;

// Names of other namespaces, without any: temporary-files.test.ts.
describe.runIf(hasNamespaces)('two containers with one host name, each with a process 1', () => {
  const container = ['unshare', '-pf', '--mount-proc', process.execPath];
  const bin = path.join(import.meta.dirname, '../../bin/znn.cjs');

  test.each(['compress b.bin', 'compress --rm b.bin', 'compress a.bin'])(
    '%s in one leaves the live file of the other alone',
    async (command) => {
      const cwd = fileTree({ 'a.bin': geometricBytes(4, 24 << 20, 60, 1.4), 'b.bin': 'abcdefgh' });
      const shell = (args: string) =>
        [...container, bin, ...args.split(' ')].map((arg) => `'${arg}'`).join(' ');
      const ending = endOf(
        startZnn([], { cwd, shell: `exec ${shell('compress -T2 --rm a.bin')}`, env: slow('readSync') }),
      );
      await untilItWrites(cwd);
      const live = Object.keys(entriesIn(cwd)).filter(isTemporaryName);
      expectDone([await runZnn([], { cwd, shell: `exec ${shell(command)}` })]);
      if (!command.includes('a.bin'))
        expect(Object.keys(entriesIn(cwd))).toEqual(expect.arrayContaining(live));
      expectDone([await ending]);
      expect(Object.keys(entriesIn(cwd))).toEqual(
        expect.arrayContaining(['a.bin.znn', ...(command.includes('b.bin') ? ['b.bin.znn'] : [])]),
      );
      expect(Object.keys(entriesIn(cwd)).filter(isTemporaryName)).toEqual([]);
    },
  );

  test('what a killed one left stays for the other, for a day', async () => {
    const cwd = fileTree({ 'a.bin': geometricBytes(4, 24 << 20, 60, 1.4), 'b.bin': 'abcdefgh' });
    const shell = `exec unshare -pf --mount-proc --kill-child '${process.execPath}' '${bin}' compress -T2 a.bin`;
    const child = startZnn([], { cwd, shell, env: slow('readSync') });
    await untilItWrites(cwd);
    child.kill('SIGKILL');
    await endOf(child);
    const left = Object.keys(entriesIn(cwd)).filter(isTemporaryName);
    expectDone([await runZnn(['compress', 'b.bin'], { cwd })]);
    expect(Object.keys(entriesIn(cwd)).filter(isTemporaryName)).toEqual(left);
    expect(left.length).toBe(1);
  });
});

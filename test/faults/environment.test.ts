// What the machine around the command can do to it. Where a fault cannot be made here (an I/O error, a full disk), it is
// injected: every-call.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isTemporaryName } from '../../src/io/temporary/temporary-files.js';
import { geometricBytes } from '../support/distributions.js';
import { FAULT_SHIM_URL } from '../support/fault-walk.js';
import { fileTree } from '../support/file-tree.js';
import { entriesIn, expectContract, hashOf, runBounded } from '../support/run-contract.js';
import { run } from '../support/run-verb.js';
import { headerOf } from '../support/safetensors.js';
import { filesIn } from '../support/same-files.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { linesOf, runZnn, type ZnnRun } from '../support/znn-process.js';

const ZNN = `'${process.execPath}' '${fileURLToPath(new URL('../../bin/znn.cjs', import.meta.url))}'`;
const weights = geometricBytes(1, 5000, 40, 1.4);

/** Target → source. */
const SOURCES: Readonly<Record<string, string>> = { 'a.bin.znn': 'a.bin', 'a.bin': 'a.bin.znn' };

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
    [
      'a link to its source',
      /is a link, which is never replaced/,
      (target) => symlinkSync(SOURCES[path.basename(target)] ?? '', target),
    ],
    [
      'a hard link to its source',
      /is the same file as the input/,
      (target) => linkSync(source(target), target),
    ],
    ['read-only', /already exists and is read-only/, readOnly],
  ];
  const isRoot = process.getuid?.() === 0;
  const makeable = OBSTACLES.filter(([title]) => isRoot || title !== 'a device');
  const source = (target: string) => path.join(path.dirname(target), SOURCES[path.basename(target)] ?? '');

  function readOnly(target: string): void {
    writeFileSync(target, 'old');
    chmodSync(target, 0o444);
  }

  /** A folder with this target's source, and the target as `make` makes it. */
  async function folderWith(target: string, make: (target: string) => void): Promise<string> {
    const cwd = fileTree({ 'a.bin': weights, other: 'other' });
    if (target === 'a.bin') await run('compress', path.join(cwd, 'a.bin'), { removeSources: true });
    make(path.join(cwd, target));
    return cwd;
  }

  describe.each([
    ['compress --rm -f', 'a.bin.znn'],
    ['decompress --rm -f', 'a.bin'],
  ])('%s:', (command, target) => {
    test.each(makeable)('%s', async (_, reason, make) => {
      const cwd = await folderWith(target, make);
      const before = lstatSync(path.join(cwd, target)).ino;
      await expectContract([...command.split(' '), SOURCES[target] ?? ''], cwd, {
        exitCode: 1,
        lines: [new RegExp(`^znn: ${target}: .*${reason.source}`)],
      });
      expect(lstatSync(path.join(cwd, target)).ino).toBe(before);
    });
  });

  test.each([
    ['compress --rm', 'a.bin.znn'],
    ['decompress --rm', 'a.bin'],
  ])('another file, without -f: %s', async (command, target) => {
    const cwd = await folderWith(target, (file) => writeFileSync(file, 'not ours'));
    await expectContract([...command.split(' '), SOURCES[target] ?? ''], cwd, {
      exitCode: 1,
      lines: [new RegExp(`^znn: ${target}: .*already exists`)],
    });
  });

  test('a file in a folder that is none', async () => {
    const cwd = fileTree({ 'a.bin': weights, sub: 'a file' });
    await expectContract(['compress', 'a.bin', '-o', 'sub/a.znn'], cwd, {
      exitCode: 1,
      lines: [/^znn: sub(\/a\.znn)?: .*(not a directory|already exists)/],
    });
  });

  test('its source, by the same path', async () => {
    const cwd = fileTree({ 'a.bin': weights });
    await expectContract(['compress', '-f', 'a.bin', '-o', './a.bin'], cwd, {
      exitCode: 2,
      lines: ['znn: ./a.bin: the output is itself an input of this run'],
    });
  });

  test('its source, by a path through a linked folder', async () => {
    const cwd = fileTree({ 'sub/a.bin': weights });
    symlinkSync('sub', path.join(cwd, 'link'));
    await expectContract(['compress', '-f', 'sub/a.bin', '-o', 'link/a.bin'], cwd, {
      exitCode: 2,
      lines: ['znn: link/a.bin: the output is itself an input of this run'],
    });
  });
});

// Root may do everything, except without these capabilities.
const UNPRIVILEGED =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];
const limited = (limit: string) => ['bash', '-c', `ulimit ${limit}; exec "$@"`, 'bash'];

describe('EACCES', () => {
  const wrapper = UNPRIVILEGED;

  test('a source that may not be read', async () => {
    const cwd = fileTree({ 'a.bin': weights });
    // This process looks at it before and after, and must be let.
    const forbidden = ['bash', '-c', 'chmod 0 a.bin; "$@"; code=$?; chmod 600 a.bin; exit $code', 'bash'];
    await expectContract(['compress', '--rm', 'a.bin'], cwd, {
      exitCode: 1,
      lines: ['znn: a.bin: open: permission denied (EACCES)'],
      wrapper: [...forbidden, ...wrapper],
    });
  });

  test('a folder that may not be written to: no output, and the source stays', async () => {
    const cwd = fileTree({ 'm/a.bin': weights });
    chmodSync(path.join(cwd, 'm'), 0o555);
    await expectContract(['compress', '--rm', 'm/a.bin'], cwd, {
      exitCode: 1,
      lines: [/^znn: m\/a\.bin\.znn: open: permission denied \(EACCES\)$/],
      wrapper,
    });
    chmodSync(path.join(cwd, 'm'), 0o755);
  });

  test('a source that may be read and not be removed: the output is complete, and a line says so', async () => {
    const cwd = fileTree({ 'm/a.bin': weights });
    await run('compress', path.join(cwd, 'm'), { outputPath: path.join(cwd, 'expected') });
    chmodSync(path.join(cwd, 'm'), 0o555);
    await expectContract(['compress', '--rm', 'm', '-o', 'out'], cwd, {
      exitCode: 1,
      lines: [/^znn: m\/a\.bin: unlink: permission denied \(EACCES\)$/],
      changes: { out: 'folder', 'out/a.bin.znn': entriesIn(cwd)['expected/a.bin.znn'] },
      wrapper,
    });
    chmodSync(path.join(cwd, 'm'), 0o755);
  });
});

describe('limits of the system', () => {
  // What a full disk does, made without one: the file may not grow.
  test.each(['compress', 'decompress'] as const)('EFBIG: %s --rm of a folder', async (verb) => {
    const cwd = fileTree({ 'm/a.bin': geometricBytes(4, 3 << 20, 200, 1.01) });
    if (verb === 'decompress') await run('compress', path.join(cwd, 'm'), { removeSources: true });
    await expectContract([verb, '--rm', '-T2', 'm'], cwd, {
      exitCode: 1,
      lines: [/^znn: m\/a\.bin(\.znn)?: .*file too large for this file system \(EFBIG\)$/],
      wrapper: limited('-f 1000'),
    });
  });

  // Enough for Node and the program, and too few for a worker beside the calling thread. A lack of them at any other call is
  // injected.
  test.each([23, 24])('EMFILE: %d descriptors', async (count) => {
    // Not made in memory: a child's peak begins at what its parent takes.
    const cwd = fileTree({ 'a.bin': 'too large for one thread' });
    truncateSync(path.join(cwd, 'a.bin'), 33 << 20);
    await expectContract(['compress', '--rm', '-T', '2', 'a.bin'], cwd, {
      exitCode: 1,
      lines: [/^znn: a\.bin: worker: .*EMFILE/],
      wrapper: limited(`-n ${count}`),
    });
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
    await expectContract(['compress', '--rm', 'a.bin'], cwd, {
      exitCode: 1,
      lines: [new RegExp(`^znn: a\\.bin: .*${reason.source}`)],
    });
  });
});

describe('a source that, while it is read,', () => {
  const big = geometricBytes(2, 24 << 20, 60, 1.4);
  const slow = {
    NODE_OPTIONS: `--import ${FAULT_SHIM_URL}`,
    ZNN_FAULT: JSON.stringify({ mode: 'slow', members: ['readSync'] }),
  };

  /** A run whose reads take 50 ms each, and whose source gets another content as soon as it writes. */
  async function expectNoticed(verb: string, name: string, cwd: string, changed: Uint8Array): Promise<void> {
    await expectContract([verb, '--rm', '-T2', name], cwd, {
      exitCode: 1,
      lines: [new RegExp(`^znn: ${name}: the file changed while it was read`)],
      changes: { [name]: hashOf(changed) },
      env: slow,
      during: async () => {
        while (!filesIn(cwd).some((file) => isTemporaryName(file))) await sleep(2);
        change(path.join(cwd, name), changed);
      },
    });
  }

  /** In place, as a program would that has the file open. */
  function change(filePath: string, content: Uint8Array): void {
    const fd = openSync(filePath, 'r+');
    writeSync(fd, content);
    ftruncateSync(fd, content.length);
    closeSync(fd);
  }

  test.each([
    ['shrinks', big.subarray(0, 100)],
    ['grows', Buffer.concat([big, Buffer.from('x')])],
    ['is written to', Buffer.concat([Buffer.from('x'), big.subarray(1)])],
  ])('%s: neither is it removed nor does an output appear', async (_, changed) => {
    await expectNoticed('compress', 'a.bin', fileTree({ 'a.bin': big }), changed);
  });

  test('shrinks, while it is decompressed', async () => {
    const cwd = fileTree({ 'a.bin': big });
    await run('compress', path.join(cwd, 'a.bin'), { removeSources: true });
    const compressed = readFileSync(path.join(cwd, 'a.bin.znn'));
    await expectNoticed('decompress', 'a.bin.znn', cwd, compressed.subarray(0, 100));
  });
});

test('a slow reader of a pipe gets every line', async () => {
  const tensors = Array.from({ length: 4000 }, (_, i) => ({
    ...{ name: `model.layers.${i}.mlp.weight`, dtype: 'U8', shape: [0], bytes: 0 },
  }));
  const cwd = fileTree({ 'a.safetensors': headerOf(tensors) });
  // Far more than a pipe holds.
  const print = `${ZNN} info --json a.safetensors`;
  const expected = { exitCode: 0, lines: [] } as const;
  const run = await expectContract([], cwd, { ...expected, shell: `${print} | (sleep 1; cat)` });
  const elsewhere = path.join(temporaryFolder(), 'whole');
  const shell = `${print} > ${elsewhere}; cat ${elsewhere}`;
  const whole = await expectContract([], cwd, { ...expected, shell });
  expect(run.stdout.length).toBeGreaterThan(300_000);
  expect(run.stdout).toBe(whole.stdout);
  expect(linesOf(run.stdout).at(-1)).toContain('"summary"');
});

/** What an undisturbed run makes of it, hashed. */
async function outputOf(name: string, content: Uint8Array): Promise<string> {
  const root = fileTree({ [name]: content });
  await run('compress', path.join(root, name));
  return hashOf(readFileSync(path.join(root, `${name}.znn`)));
}

describe('standard streams', () => {
  const shells: [string, string, 0 | 1][] = [
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
    const compressed = await outputOf('a.bin', weights);
    await expectContract([], cwd, { exitCode, lines: [], changes: { 'a.bin.znn': compressed }, shell });
  });
});

describe('two runs on one target', () => {
  const big = geometricBytes(3, 9 << 20, 60, 1.4);

  test.each([[[]], [['--rm']], [['-f']], [['--rm', '-f']]])(
    '%j: one output, complete, and no loss',
    async (flags) => {
      const cwd = fileTree({ 'a.bin': big });
      const args = ['compress', ...flags, 'a.bin'];
      const runs = await Promise.all([runBounded(args, { cwd }), runBounded(args, { cwd })]);
      // One that starts when the other has ended finds no source, as when a user types the command twice.
      const isLate = ({ stderr }: ZnnRun) =>
        flags.includes('--rm') && stderr === 'znn: a.bin: stat: no such file or directory (ENOENT)\n';
      const inTime = runs.filter((run) => !isLate(run));
      expect(inTime.length).toBeGreaterThan(0);
      for (const { exitCode, stderr } of inTime)
        expect([exitCode, stderr]).toEqual([0, expect.not.stringMatching(/^znn: (?!note: )/m)]);
      expect(filesIn(cwd)).toEqual(flags.includes('--rm') ? ['a.bin.znn'] : ['a.bin', 'a.bin.znn']);
      expect((await runZnn(['decompress', '--rm', 'a.bin.znn', '-o', 'b'], { cwd })).exitCode).toBe(0);
      expect(readFileSync(path.join(cwd, 'b')).equals(big)).toBe(true);
    },
  );

  test('from two sources: one wins, the other is refused', async () => {
    const cwd = fileTree({ 'a.bin': big, 'b.bin': weights });
    const runs = await Promise.all(
      ['a.bin', 'b.bin'].map((name) => runBounded(['compress', '--rm', name, '-o', 'out.znn'], { cwd })),
    );
    expect(runs.map(({ exitCode }) => exitCode).sort()).toEqual([0, 1]);
    const loser = runs.findIndex(({ exitCode }) => exitCode === 1);
    expect(filesIn(cwd)).toEqual([['a.bin', 'b.bin'][loser], 'out.znn']);
    expect((await runZnn(['verify', 'out.znn'], { cwd })).exitCode).toBe(0);
  });
});

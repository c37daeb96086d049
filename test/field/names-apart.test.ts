// Outputs that would be one file are found before anything is written, by asking the file system.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { doubtfulNames } from '../../src/discover/paths/doubtful-names.js';
import { probeNames } from '../../src/io/temporary/name-probe.js';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { linesOf, runZnn, type ZnnRun } from '../support/znn-process.js';

const weights = [1, 2, 3].map((seed) => safetensorsFile(seed, 4000));
const NOT_APART = 'this file system does not keep the two apart; leave one of them out, or write elsewhere';

/** Runs in a folder whose sub-folder `x` is on a disk that folds names. */
function folding(root: string): (...args: string[]) => Promise<ZnnRun> {
  const preload = pathToFileURL(path.resolve('test/support/folding-disk.js')).href;
  const env = { NODE_OPTIONS: `--import ${preload}`, ZNN_FOLDING_DISK: path.join(root, 'x') };
  return (...args) => runZnn(args, { cwd: root, env });
}

const filesBelow = (folder: string) => (readdirSync(folder, { recursive: true }) as string[]).sort();
const lastLine = ({ stderr }: ZnnRun) => linesOf(stderr).at(-1);

describe('on a disk that folds names', () => {
  const PAIRS: [string, string, string][] = [
    ['case', 'Model.safetensors', 'model.safetensors'],
    ['case beyond ASCII', 'modèle-É.bin', 'modèle-é.bin'],
    ['Unicode form', 'mode\u0300le.pt', 'modèle.pt'],
  ];

  test.each(PAIRS)('by %s: compress with -f and --rm', async (_how, one, other) => {
    const root = fileTree({ [`m/${one}`]: weights[0] ?? '', [`m/${other}`]: weights[1] ?? '', 'x/': '' });
    const znn = folding(root);
    await znn('compress', `m/${one}`, '-o', `x/${one}.znn`, '-q');
    for (const rm of ['--rm', '--rm=each', '--keep']) {
      const run = await znn('compress', rm, '-f', 'm', '-o', 'x');
      expect(run.exitCode).toBe(1);
      expect(lastLine(run)).toContain(`both m/`);
      expect(lastLine(run)).toContain(NOT_APART);
      expect(readdirSync(path.join(root, 'm'))).toHaveLength(2);
      expect(filesBelow(path.join(root, 'x'))).toHaveLength(1);
    }
  });

  test.each(PAIRS)('by %s: decompress with -f and --rm=each', async (_how, one, other) => {
    const root = fileTree({ [`m/${one}`]: weights[0] ?? '', [`m/${other}`]: weights[1] ?? '', 'x/': '' });
    const znn = folding(root);
    await znn('compress', '--rm', 'm', '-q');
    const run = await znn('decompress', '--rm=each', '-f', 'm', '-o', 'x/o');
    expect(run.exitCode).toBe(1);
    expect(lastLine(run)).toContain(NOT_APART);
    expect(readdirSync(path.join(root, 'm'))).toHaveLength(2);
    expect(existsSync(path.join(root, 'x/o'))).toBe(false);
  });

  test('copied files, indexes, folders, and files in them', async () => {
    for (const names of [
      ['README.md', 'readme.md'],
      ['model.safetensors.index.json', 'Model.safetensors.index.json'],
      ['A/x.txt', 'a/y.txt'],
      ['A/', 'a/'],
      ['sub', 'SUB/x'],
    ]) {
      const content = '{"weight_map":{}}';
      const root = fileTree({
        'm/w.safetensors': weights[0] ?? '',
        ...Object.fromEntries(names.map((name) => [`m/${name}`, content])),
        'x/': '',
      });
      const run = await folding(root)('compress', '--rm', '-f', 'm', '-o', 'x/o');
      expect(run.exitCode, names.join()).toBe(1);
      expect(lastLine(run)).toContain(NOT_APART);
      expect(existsSync(path.join(root, 'x/o'))).toBe(false);
      expect(readdirSync(path.join(root, 'm'))).toContain('w.safetensors');
    }
  });

  test('an output that is one with a source, under another name', async () => {
    const root = fileTree({ 'x/a.safetensors': weights[0] ?? '' });
    const znn = folding(root);
    const run = await znn('compress', '-f', 'x/a.safetensors', '-o', 'x/A.SAFETENSORS', '--rm');
    expect(run.exitCode).toBe(1);
    expect(
      Buffer.compare(readFileSync(path.join(root, 'x/a.safetensors')), weights[0] ?? Buffer.alloc(0)),
    ).toBe(0);
  });

  test('one of the two left out: the other is done, and no temporary is left', async () => {
    const root = fileTree({
      'm/A.bin': weights[0] ?? '',
      'm/a.bin': weights[1] ?? '',
      'm/b.bin': weights[2] ?? '',
      'x/': '',
    });
    // Case does not matter to patterns.
    const run = await folding(root)('compress', '--rm', 'm', '-o', 'x/o', '--omit', 'a.bin', '-q');
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(filesBelow(path.join(root, 'x'))).toEqual(['o', 'o/b.bin.znn']);
    expect(readdirSync(path.join(root, 'm')).sort()).toEqual(['A.bin', 'a.bin']);
  });

  test('a name that it cannot hold is said before anything is written', async () => {
    const root = fileTree({ 'm/a.bin': weights[0] ?? '', 'x/': '' });
    execFileSync('bash', ['-c', String.raw`cp m/a.bin $'m/caf\xe9.bin'; echo x > $'m/n\xff.txt'`], {
      cwd: root,
    });
    for (const args of [[], ['--rm'], ['--rm=each', '-f']]) {
      const run = await folding(root)('compress', 'm', '-o', 'x/o', ...args);
      expect(run.exitCode).toBe(1);
      expect(lastLine(run)).toMatch(
        /^znn: x\/o\/caf\\xe9.bin.znn: this file system cannot hold the name: .*EILSEQ/,
      );
      expect(existsSync(path.join(root, 'x/o'))).toBe(false);
      expect(readdirSync(path.join(root, 'm'))).toHaveLength(3);
    }
  });

  test('names that differ in more are written without a probe', async () => {
    const root = fileTree({ 'm/model-1.bin': weights[0] ?? '', 'm/model-2.bin': weights[1] ?? '', 'x/': '' });
    const run = await folding(root)('compress', '--rm', 'm', '-o', 'x/o', '-q');
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(filesBelow(path.join(root, 'x/o'))).toEqual(['model-1.bin.znn', 'model-2.bin.znn']);
  });
});

describe('on a disk that keeps names apart', () => {
  test('names that differ by case only are done, there and back, with a note', async () => {
    const root = fileTree({
      'm/A.bin': weights[0] ?? '',
      'm/a.bin': weights[1] ?? '',
      'm/B/x': '',
      'm/b/x': '',
    });
    const run = await runZnn(['compress', 'm', '-o', 's'], { cwd: root });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain('differ only by case');
    await runZnn(['decompress', 's', '-o', 'r', '-q'], { cwd: root });
    execFileSync('diff', ['-r', 'm', 'r'], { cwd: root });
    expect(filesBelow(root).filter((name) => name.endsWith('.znn-tmp'))).toEqual([]);
  });

  test('two folders that are one by a link', async () => {
    const root = fileTree({ 'm1/a.bin': weights[0] ?? '', 'm2/a.bin': weights[1] ?? '', 'o/m1/': '' });
    symlinkSync('m1', path.join(root, 'o/m2'));
    const run = await runZnn(['compress', '--rm', '-f', 'm1', 'm2', '-o', 'o'], { cwd: root });
    expect(run.exitCode).toBe(2);
    expect(lastLine(run)).toContain('both m1/a.bin and m2/a.bin would be written here');
    expect([readdirSync(path.join(root, 'm1')), readdirSync(path.join(root, 'm2'))]).toEqual([
      ['a.bin'],
      ['a.bin'],
    ]);
  });
});

/** Mounts with `args`, or tells that this machine does not let us. */
function mount(target: string, ...args: string[]): boolean {
  mkdirSync(target, { recursive: true });
  const { status } = spawnSync('mount', [...args, target]);
  if (status === 0) onTestFinished(() => void spawnSync('umount', [target]));
  return status === 0;
}

describe('mounts', () => {
  test('two output folders that are one by a bind mount, and a source that is one with its output', async (context) => {
    const root = fileTree({
      'm1/a.bin': weights[0] ?? '',
      'm2/a.bin': weights[1] ?? '',
      'o/m1/': '',
      'm1b/': '',
    });
    if (!mount(path.join(root, 'o/m2'), '--bind', path.join(root, 'o/m1'))) return context.skip();
    const run = await runZnn(['compress', '--rm=each', '-f', 'm1', 'm2', '-o', 'o'], { cwd: root });
    expect(run.exitCode).toBe(1);
    expect(lastLine(run)).toContain('both m1/a.bin and m2/a.bin would be written here');
    expect(readdirSync(path.join(root, 'm2'))).toEqual(['a.bin']);
    expect(mount(path.join(root, 'm1b'), '--bind', path.join(root, 'm1'))).toBe(true);
    const inside = await runZnn(['compress', '--rm', '-f', 'm1', '-o', 'm1b/new'], { cwd: root });
    expect(inside).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('lies inside the source folder m1'),
    });
  });

  test('exFAT itself: case, Unicode case, and names of bytes', async (context) => {
    const root = fileTree({ 'm/Modèle-É.bin': weights[0] ?? '', 'm/modèle-é.bin': weights[1] ?? '' });
    const image = path.join(root, 'image');
    const disk = path.join(root, 'x');
    mkdirSync(disk);
    const script =
      'truncate -s 64M "$1" && mkfs.exfat "$1" && mount.exfat-fuse "$(losetup -f --show "$1")" "$2"';
    const { status } = spawnSync('bash', ['-c', script, '-', image, disk]);
    onTestFinished(
      () =>
        void spawnSync('bash', [
          '-c',
          'umount "$2"; losetup -d $(losetup -j "$1" | cut -d: -f1)',
          '-',
          image,
          disk,
        ]),
    );
    // Where there is no exFAT the disk above that folds names stands for it.
    if (status !== 0) return context.skip();
    await runZnn(['compress', 'm/modèle-é.bin', '-o', 'x/o/modèle-é.bin.znn', '-q'], { cwd: root });
    const run = await runZnn(['compress', '--rm', '-f', 'm', '-o', 'x/o'], { cwd: root });
    expect(run.exitCode).toBe(1);
    expect(lastLine(run)).toContain(NOT_APART);
    expect(readdirSync(path.join(root, 'm'))).toHaveLength(2);
    execFileSync('bash', ['-c', String.raw`mkdir n; cp m/mod*.bin $'n/caf\xe9.bin'`], { cwd: root });
    const named = await runZnn(['compress', 'n', '-o', 'x/n'], { cwd: root });
    expect(named).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('x/n/caf\\xe9.bin.znn: this file system cannot hold the name'),
    });
    expect(readdirSync(disk)).toEqual(['o']);
    expect(readdirSync(path.join(disk, 'o'))).toEqual(['modèle-é.bin.znn']);
  });
});

describe('names that may be one to some file system', () => {
  const isNew = () => true;

  test.each([
    [['a.bin', 'A.BIN'], 2],
    [['straße', 'STRASSE'], 2],
    [['x', 'x.', 'x '], 3],
    [['é', 'e\u0301'], 2],
    [['ﬁle', 'file'], 2],
    [['K.bin', '\u212a.bin'], 2],
    [['MODEL-~1.SAF'], 1],
    [['caf\udce9'], 1],
    [['a:b'], 1],
    [['model-00001-of-00002', 'model-00002-of-00002', 'a.b', 'a'], 0],
  ])('%j: %i', (names, count) => {
    expect(doubtfulNames(names, isNew)).toHaveLength(count);
  });

  test('a probe leaves nothing behind, and tells what is taken', () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'a'), '');
    expect(probeNames(folder, ['a', 'A', 'x\udcff'])?.map(({ kind }) => kind)).toEqual([
      'taken',
      'taken',
      'taken',
    ]);
    expect(probeNames(folder, ['x'.repeat(300)])?.map(({ kind }) => kind)).toEqual(['refused']);
    expect(probeNames(path.join(folder, 'none'), ['a'])).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['a']);
  });
});

// An output is up to date when it holds what its source holds now, and only then.

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { jsonLines, linesOf, runZnn } from '../support/znn-process.js';

const one = safetensorsFile(1, 4000);
const other = safetensorsFile(2, 4000);
const NOT_OURS = 'already exists and is not what this source and these options give';

/** A command in `root` that remembers its outputs, as it does for a user. */
function remembering(root: string): (...args: string[]) => ReturnType<typeof runZnn> {
  const cache = temporaryFolder();
  return (...args) => runZnn(args, { cwd: root, env: { ZNN_CACHE_DIR: cache } });
}

const setTimes = (root: string, seconds: number) => {
  for (const name of readdirSync(root, { recursive: true }) as string[])
    utimesSync(path.join(root, name), seconds, seconds);
};

const isSame = (root: string, a: string, b: string) =>
  Buffer.compare(readFileSync(path.join(root, a)), readFileSync(path.join(root, b))) === 0;

describe('two versions of one size and time', () => {
  const versions = () => {
    const root = fileTree({
      'v1/a.safetensors': one,
      'v1/config.json': '1',
      'v1/model.safetensors.index.json': '{"weight_map":{"w":"a.safetensors"}}',
      'v2/a.safetensors': other,
      'v2/config.json': '2',
      'v2/model.safetensors.index.json': '{"weight_map":{"v":"a.safetensors"}}',
    });
    setTimes(root, 1);
    return root;
  };

  test('in folders of their own: the second is refused, both ways, and -u or -f takes it', async () => {
    const root = versions();
    const znn = remembering(root);
    await znn('compress', 'v1', '-o', 'o', '-q');
    const refused = await znn('compress', 'v2', '-o', 'o', '-q');
    expect(refused.exitCode).toBe(1);
    expect(linesOf(refused.stderr)).toEqual([
      expect.stringContaining(`o/a.safetensors.znn: ${NOT_OURS}`),
      expect.stringContaining(`o/config.json: ${NOT_OURS}`),
    ]);
    expect(await znn('compress', 'v2', '-o', 'o', '-q', '--update')).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    await znn('decompress', 'o', '-o', 'back', '-q');
    execFileSync('diff', ['-r', 'v2', 'back'], { cwd: root });
    await znn('compress', 'v1', '-o', 'p', '-q');
    expect(await znn('decompress', 'p', '-o', 'back', '-q')).toMatchObject({ exitCode: 1 });
    expect(await znn('decompress', 'p', '-o', 'back', '-q', '-f')).toMatchObject({ exitCode: 0 });
    execFileSync('diff', ['-r', 'v1', 'back'], { cwd: root });
  });

  test('one in the place of the other: the output follows', async () => {
    const root = versions();
    const znn = remembering(root);
    await znn('compress', 'v1', '-o', 'o', '-q');
    rmSync(path.join(root, 'v1'), { recursive: true });
    execFileSync('cp', ['-rp', 'v2', 'v1'], { cwd: root });
    expect(await znn('compress', 'v1', '-o', 'o', '-q')).toMatchObject({ exitCode: 0, stderr: '' });
    await znn('decompress', 'o', '-o', 'back', '-q');
    execFileSync('diff', ['-r', 'v2', 'back'], { cwd: root });
  });

  test('with --rm: nothing goes while one file is the other version', async () => {
    const root = versions();
    const znn = remembering(root);
    await znn('compress', 'v1', '-o', 'o', '-q');
    expect(await znn('compress', '--rm', 'v2', '-o', 'o', '-q')).toMatchObject({ exitCode: 1 });
    expect(readdirSync(path.join(root, 'v2'))).toHaveLength(3);
  });
});

describe('a time that differs alone', () => {
  test.each([
    ['of the source, after touch', 'm/a.safetensors'],
    ['of the output, after cp -r or a clone', 's/a.safetensors.znn'],
    ['of a copied file', 's/config.json'],
  ])('%s', async (_what, file) => {
    const root = fileTree({ 'm/a.safetensors': one, 'm/config.json': '{}' });
    await runZnn(['compress', 'm', '-o', 's', '-q'], { cwd: root });
    utimesSync(path.join(root, file), 77, 77);
    for (const args of [
      ['compress', 'm', '-o', 's'],
      ['decompress', 's', '-o', 'm'],
    ]) {
      const run = await runZnn(args, { cwd: root });
      expect(run, run.stderr).toMatchObject({ exitCode: 0 });
      expect(run.stdout).toContain('0 files, 2 up to date');
    }
    const gone = await runZnn(['compress', '--rm', 'm', '-o', 's'], { cwd: root });
    expect(gone.stdout).toContain('up to date s/a.safetensors.znn, source removed');
  });

  test('of files that say nothing of their contents: without frame index, delta, .znn.safetensors', async () => {
    const root = fileTree({ 'a.safetensors': one, 'base.safetensors': other });
    for (const [args, output] of [
      [['--no-frame-index'], 'a.safetensors.znn'],
      [['--base', 'base.safetensors', '-f'], 'a.safetensors.znn'],
      [['--format', 'safetensors'], 'a.znn.safetensors'],
    ] as const) {
      await runZnn(['compress', 'a.safetensors', '-q', ...args], { cwd: root });
      utimesSync(path.join(root, output), 5, 5);
      const again = args.filter((arg) => arg !== '-f');
      const run = await runZnn(['compress', 'a.safetensors', ...again], { cwd: root });
      expect(linesOf(run.stdout)[0]).toBe(`up to date ${output}`);
    }
  });
});

describe('a small edit after a run', () => {
  const model = () =>
    fileTree({
      'm/a.safetensors': one,
      'm/b.safetensors': other,
      'm/README.md': 'one',
      'm/model.safetensors.index.json': '{"weight_map":{"w":"a.safetensors"}}',
    });

  test('is brought over, both ways, and nothing else is made again', async () => {
    const root = model();
    const znn = remembering(root);
    await znn('compress', 'm', '-o', 's', '-q');
    await znn('decompress', 's', '-o', 'r', '-q');
    writeFileSync(path.join(root, 'm/README.md'), 'two');
    writeFileSync(path.join(root, 'm/b.safetensors'), safetensorsFile(3, 5000));
    writeFileSync(path.join(root, 'm/model.safetensors.index.json'), '{"weight_map":{"w":"b.safetensors"}}');
    const run = await znn('compress', 'm', '-o', 's', '--json');
    const statusOf = (lines: Record<string, unknown>[]) =>
      Object.fromEntries(
        lines
          .filter(({ type }) => type === 'file')
          .map((line) => [path.basename(`${line.source}`), [line.status, line.replaced]]),
      );
    expect(statusOf(jsonLines(run))).toEqual({
      'a.safetensors': ['up-to-date', undefined],
      'b.safetensors': ['done', true],
      'README.md': ['done', true],
      'model.safetensors.index.json': ['done', undefined],
    });
    expect(run.exitCode).toBe(0);
    expect(await znn('decompress', 's', '-o', 'r', '-q')).toMatchObject({ exitCode: 0, stderr: '' });
    execFileSync('diff', ['-r', 'm', 'r'], { cwd: root });
  });

  test.each([
    ['the output was edited', (root: string) => appendFileSync(path.join(root, 's/README.md'), '!')],
    [
      'the output was edited, and its size kept',
      (root: string) => writeFileSync(path.join(root, 's/README.md'), 'own'),
    ],
    ['the notes are gone', (root: string) => rmSync(path.join(root, 'cache'), { recursive: true })],
    [
      'the notes are broken',
      (root: string) => {
        const folder = path.join(root, 'cache/outputs');
        for (const file of readdirSync(folder)) truncateSync(path.join(folder, file), 20);
      },
    ],
    [
      'the output folder is a copy',
      (root: string) =>
        execFileSync('bash', ['-c', 'cp -rp s t && rm -r s && mv t s2 && ln -s s2 s'], { cwd: root }),
    ],
  ])('is refused where %s', async (_what, change) => {
    const root = model();
    const znn = (...args: string[]) =>
      runZnn(args, { cwd: root, env: { ZNN_CACHE_DIR: path.join(root, 'cache') } });
    await znn('compress', 'm', '-o', 's', '-q');
    change(root);
    const kept = readFileSync(path.join(root, 's/README.md'), 'utf8');
    writeFileSync(path.join(root, 'm/README.md'), 'two');
    const run = await znn('compress', 'm', '-o', 's', '-q');
    expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`s/README.md: ${NOT_OURS}`) });
    expect(readFileSync(path.join(root, 's/README.md'), 'utf8')).toBe(kept);
    expect((await znn('compress', 'm', '-o', 's', '-q', '-u')).exitCode).toBe(0);
    expect(readFileSync(path.join(root, 's/README.md'), 'utf8')).toBe('two');
  });

  test('is refused where --rm took the older version away: its output is the only copy', async () => {
    const root = model();
    const znn = remembering(root);
    await znn('compress', '--rm', 'm', '-o', 's', '-q');
    writeFileSync(path.join(root, 'm/a.safetensors'), safetensorsFile(9, 4000));
    const run = await znn('compress', 'm/a.safetensors', '-o', 's', '-q');
    expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(NOT_OURS) });
    await znn('decompress', 's/a.safetensors.znn', '-o', 'old', '-q');
    expect(Buffer.compare(readFileSync(path.join(root, 'old')), one)).toBe(0);
  });

  test('is brought over in place, and in a folder of a name that is no UTF-8', async () => {
    const root = model();
    const znn = remembering(root);
    await znn('compress', 'm', '-q');
    writeFileSync(path.join(root, 'm/a.safetensors'), safetensorsFile(9, 4000));
    expect((await znn('compress', 'm', '-q')).exitCode).toBe(0);
    await znn('decompress', 'm/a.safetensors.znn', '-o', 'back', '-q');
    expect(isSame(root, 'm/a.safetensors', 'back')).toBe(true);
    const script = String.raw`cp -r m $'\xe9'; run() { ZNN_CACHE_DIR=cache "${process.execPath}" "${path.resolve('bin/znn.cjs')}" compress $'\xe9' -o $'\xe8' -q; }
      run && echo 2 > $'\xe9/README.md' && run && cat $'\xe8/README.md'`;
    expect(execFileSync('bash', ['-c', script], { cwd: root, encoding: 'utf8' })).toBe('2\n');
  });
});

describe('a file above 64 MiB', () => {
  /** 80 MiB of zeros: 20 frames, of which a sample of 18 is looked at. */
  function large(): string {
    const root = temporaryFolder();
    writeFileSync(path.join(root, 'a.bin'), '');
    truncateSync(path.join(root, 'a.bin'), 80 << 20);
    return root;
  }

  const poke = (file: string, offset: number) => {
    const { mtime } = statSync(file);
    const fd = openSync(file, 'r+');
    writeSync(fd, '!', offset);
    closeSync(fd);
    utimesSync(file, mtime, mtime);
  };

  test.each([0, 40 << 20, (80 << 20) - 1])('a changed byte at %i is seen', async (offset) => {
    const root = large();
    await runZnn(['compress', 'a.bin', '-q'], { cwd: root });
    poke(path.join(root, 'a.bin'), offset);
    const run = await runZnn(['compress', 'a.bin', '-q'], { cwd: root });
    expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(NOT_OURS) });
    expect((await runZnn(['decompress', 'a.bin.znn', '-q'], { cwd: root })).exitCode).toBe(1);
  });

  test('every changed byte is seen with --checksum and --rm', async () => {
    const root = large();
    await runZnn(['compress', 'a.bin', '-q'], { cwd: root });
    const compressed = path.join(root, 'a.bin');
    // Of frames 0 to 19 the sample takes round(i * 19 / 17): never 5 and 14.
    poke(compressed, (5 << 22) + 5);
    const lines = async (...args: string[]) =>
      linesOf((await runZnn(['compress', 'a.bin', ...args], { cwd: root })).stdout)[0];
    expect(await lines()).toBe('up to date a.bin.znn');
    expect(await lines('--checksum')).toBe('compressed 0 files, 1 FAILED');
    expect(await lines('--rm')).toBe('compressed 0 files, 1 FAILED');
    expect(statSync(compressed).size).toBe(80 << 20);
  });
});

test('a base that changed makes the output another one', async () => {
  const root = fileTree({
    'a.safetensors': one,
    'base.safetensors': one.map((byte, i) => (i === 3000 ? byte ^ 1 : byte)),
  });
  const args = ['compress', '--base', 'base.safetensors', 'a.safetensors', '-q'];
  await runZnn(args, { cwd: root });
  const base = readFileSync(path.join(root, 'base.safetensors'));
  base[base.length - 1] = (base.at(-1) ?? 0) ^ 1;
  writeFileSync(path.join(root, 'base.safetensors'), base);
  expect(await runZnn(args, { cwd: root })).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining(NOT_OURS),
  });
});

describe('a dry run looks at targets', () => {
  test('up to date, to be replaced, refused', async () => {
    const root = fileTree({
      'm/a.safetensors': one,
      'm/b.safetensors': other,
      'm/c.txt': 'c',
      'm/d.txt': 'd',
    });
    await runZnn(['compress', 'm', '-o', 's', '-q', '--omit', 'd.txt'], { cwd: root });
    writeFileSync(path.join(root, 's/c.txt'), 'mine');
    writeFileSync(path.join(root, 's/b.safetensors.znn'), 'mine');
    const before = statSync(path.join(root, 's')).mtimeMs;
    const run = await runZnn(['compress', 'm', '-o', 's', '--dry-run'], { cwd: root });
    expect(run.exitCode).toBe(1);
    expect(linesOf(run.stdout)).toEqual([
      'is up to date s/a.safetensors.znn',
      'would copy m/d.txt -> s/d.txt (1 B)',
    ]);
    expect(linesOf(run.stderr)).toHaveLength(2);
    const update = await runZnn(['compress', 'm', '-o', 's', '--dry-run', '-u', '--json'], { cwd: root });
    expect(jsonLines(update).map(({ targetState }) => targetState)).toEqual([
      ...['up-to-date', 'replaced', 'replaced', 'absent'],
      undefined,
    ]);
    expect(statSync(path.join(root, 's')).mtimeMs).toBe(before);
  });

  test.each([
    ['a device', '/dev/null', 'the output is a device, which is never replaced'],
    ['a folder in the way', 'm/a.safetensors.znn', 'the output is a folder, which is never replaced'],
  ])('%s', async (_what, target, message) => {
    const root = fileTree({ 'm/a.safetensors': one, 'm/a.safetensors.znn/': '' });
    const output = target.startsWith('/') ? ['-o', target] : [];
    const run = await runZnn(['compress', '--dry-run', 'm/a.safetensors', ...output], { cwd: root });
    expect(run).toMatchObject({ exitCode: 1, stdout: '', stderr: `znn: ${target}: ${message}\n` });
  });
});

test('a source stays while its output is not there', async () => {
  const root = fileTree({ 'm/a.safetensors': one, 'm/b.safetensors': other });
  // What takes an output away between its last look and the removal of the sources: a cleaner, a sync tool.
  const preload = path.join(root, 'preload.mjs');
  writeFileSync(
    preload,
    `import { rmSync } from 'node:fs';
     import { system } from ${JSON.stringify(path.resolve('dist/io/system.js'))};
     const { unlinkSync } = system;
     system.unlinkSync = (name) => {
       if (name.endsWith('a.safetensors')) rmSync('m/b.safetensors.znn', { force: true });
       return unlinkSync(name);
     };`,
  );
  const run = await runZnn(['compress', '--rm', 'm', '-q'], {
    cwd: root,
    env: { NODE_OPTIONS: `--import ${preload}` },
  });
  expect(run).toMatchObject({
    exitCode: 1,
    stderr:
      'znn: m/b.safetensors: not removed: its output m/b.safetensors.znn is gone or changed since it was compared\n',
  });
  expect(readdirSync(path.join(root, 'm')).sort()).toEqual(['a.safetensors.znn', 'b.safetensors']);
});

// What a folder's run neither converts nor copies is said, with -q too where the output lacks it.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { jsonLines, linesOf, runZnn } from '../support/znn-process.js';

const weights = safetensorsFile(1, 4000);
const note = (text: string) => `znn: note: ${text}; it is not in the output`;

async function quietly(root: string, ...args: string[]) {
  const run = await runZnn(['compress', 'm', '-o', 's', '-q', ...args], { cwd: root });
  return { exitCode: run.exitCode, lines: linesOf(run.stderr).sort(), json: run.stdout };
}

describe('with -q', () => {
  test.each([
    ['a folder', 'm/sub/.git/HEAD'],
    ['a file, as submodules have it', 'm/sub/.git'],
    ['a folder at the top', 'm/.git/HEAD'],
  ])('.git that is %s', async (_what, file) => {
    const root = fileTree({ 'm/a.safetensors': weights, 'm/sub/b.txt': 'b', [file]: 'precious' });
    const where = `${file.replace(/\.git.*$/, '.git')}`;
    expect(await quietly(root)).toEqual({
      exitCode: 0,
      lines: [note(`${where}: is the history of version control`)],
      json: '',
    });
    expect(existsSync(path.join(root, 's', path.relative('m', where)))).toBe(false);
  });

  test('links that are not followed, FIFOs, sockets and unfinished outputs', async () => {
    const root = fileTree({
      'm/a.safetensors': weights,
      'm/.a.safetensors.znn.host-1-00000000-00000000.znn-tmp': '',
      'o/x.safetensors': weights,
    });
    symlinkSync('../o', path.join(root, 'm/out'));
    symlinkSync('.', path.join(root, 'm/self'));
    execFileSync('mkfifo', [path.join(root, 'm/fifo')]);
    const server = createServer().listen(path.join(root, 'm/socket'));
    try {
      expect(await quietly(root)).toEqual({
        exitCode: 0,
        lines: [
          note(
            'm/.a.safetensors.znn.host-1-00000000-00000000.znn-tmp: is the unfinished output of another run',
          ),
          note('m/fifo: is a FIFO'),
          note(`m/out: is a link to a folder outside, ${path.join(root, 'o')}`),
          note('m/self: is a link to a folder that contains it'),
          note('m/socket: is a socket'),
        ],
        json: '',
      });
    } finally {
      server.close();
    }
  });

  test('on the way back, and in JSON', async () => {
    const root = fileTree({ 'm/a.safetensors': weights, 'o/x.safetensors': weights });
    await quietly(root);
    symlinkSync('../o', path.join(root, 's/out'));
    const run = await runZnn(['decompress', 's', '-o', 'r', '--json'], { cwd: root });
    expect(linesOf(run.stderr)).toEqual([
      note(`s/out: is a link to a folder outside, ${path.join(root, 'o')}`),
    ]);
    expect(jsonLines(run).find(({ source }) => source === 's/out')).toMatchObject({
      status: 'skipped',
      leftOut: 'of-output',
      reason: `is a link to a folder outside, ${path.join(root, 'o')}`,
    });
  });
});

test('in place a linked folder that is not followed gets a note, and a socket that no one expects to shrink none', async () => {
  const root = fileTree({ 'm/a.safetensors': weights, 'o/x.safetensors': weights });
  symlinkSync('../o', path.join(root, 'm/out'));
  execFileSync('mkfifo', [path.join(root, 'm/fifo')]);
  const { stderr } = await runZnn(['compress', 'm'], { cwd: root });
  expect(linesOf(stderr)).toEqual([
    `znn: note: m/out: is a link to a folder outside, ${path.join(root, 'o')}; it is left alone, with all in it`,
  ]);
});

describe('--exclude', () => {
  const BROKEN = {
    'm/a.safetensors': weights,
    'm/old/model.safetensors.index.json': 'x',
    'm/old/b.safetensors': weights,
    'm/model.safetensors.index.json': '{"weight_map":{"w":"a.safetensors"}}',
  };

  test.each(['old', 'old/', '**/old/**', 'OLD', 'o?d'])(
    '%s reaches an index that is none',
    async (pattern) => {
      const root = fileTree(BROKEN);
      const run = await runZnn(['compress', '--rm', 'm', '-q', '--exclude', pattern], { cwd: root });
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
      expect(readdirSync(path.join(root, 'm/old')).sort()).toEqual([
        'b.safetensors',
        'model.safetensors.index.json',
      ]);
      expect(readFileSync(path.join(root, 'm/model.safetensors.index.json'), 'utf8')).toContain(
        'a.safetensors.znn',
      );
    },
  );

  test('copies what it names as it is, both ways', async () => {
    const root = fileTree(BROKEN);
    const exclude = ['--exclude', 'model.safetensors.index.json', '--exclude', 'b.*', '-q'];
    expect(await runZnn(['compress', 'm', '-o', 's', ...exclude], { cwd: root })).toMatchObject({
      exitCode: 0,
    });
    expect(readFileSync(path.join(root, 's/model.safetensors.index.json'), 'utf8')).toBe(
      BROKEN['m/model.safetensors.index.json'],
    );
    await runZnn(['decompress', 's', '-o', 'r', ...exclude], { cwd: root });
    execFileSync('diff', ['-r', 'm', 'r'], { cwd: root });
  });

  test('leaves .gitattributes alone', async () => {
    const root = fileTree({ 'm/a.safetensors': weights, 'm/.gitattributes': '*.safetensors filter=lfs\n' });
    await runZnn(['compress', 'm', '-o', 's', '-q', '--exclude', '.gitattributes'], { cwd: root });
    expect(readFileSync(path.join(root, 's/.gitattributes'), 'utf8')).toBe('*.safetensors filter=lfs\n');
  });
});

describe('--omit', () => {
  test('leaves files and folders out of the output, and says which', async () => {
    const root = fileTree({
      'm/a.safetensors': weights,
      'm/.cache/deep/x': 'x',
      'm/notes.tmp': '',
      'm/b.safetensors': weights,
      'm/model.safetensors.index.json': '{"weight_map":{"w":"a.safetensors","v":"b.safetensors"}}',
    });
    const omit = ['--omit', '.cache', '--omit', '*.tmp', '--omit', 'b.safetensors'];
    const run = await runZnn(['compress', 'm', '-o', 's', ...omit], { cwd: root });
    expect(linesOf(run.stderr)).toEqual([
      'znn: note: m/.cache and 4 more: left out of the output, as asked',
      'znn: note: m/model.safetensors.index.json: names b.safetensors, which is not there',
    ]);
    expect(readdirSync(path.join(root, 's')).sort()).toEqual([
      'a.safetensors.znn',
      'model.safetensors.index.json',
    ]);
  });

  test('passes by what cannot be read or followed, and keeps sources', async () => {
    const root = fileTree({ 'm/a.safetensors': weights, 'm/b.safetensors': weights, 'o/': '' });
    symlinkSync('../o', path.join(root, 'm/out'));
    symlinkSync('nowhere', path.join(root, 'm/dangling'));
    execFileSync('mkfifo', [path.join(root, 'm/fifo')]);
    const omit = ['out', 'dangling', 'fifo', 'b.*'].flatMap((name) => ['--omit', name]);
    const run = await runZnn(['compress', '--rm', 'm', '-o', 's', '-q', ...omit], { cwd: root });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readdirSync(path.join(root, 'm')).sort()).toEqual(['b.safetensors', 'dangling', 'fifo', 'out']);
    expect(readdirSync(path.join(root, 's'))).toEqual(['a.safetensors.znn']);
  });

  test('verify, info and check pass the same by', async () => {
    const root = fileTree({ 'm/a.safetensors.znn': 'broken', 'm/old/b.safetensors': weights });
    for (const verb of ['verify', 'info', 'check'])
      expect(await runZnn([verb, 'm', '--omit', 'a.*'], { cwd: root }), verb).toMatchObject({ exitCode: 0 });
  });
});

test('a name that its folder lists and the system cannot find is an error', async () => {
  const root = fileTree({ 'm/a.safetensors': weights, 'm/b.safetensors': weights });
  // As on a share whose server takes names in another form than it lists them.
  const preload = path.join(root, 'preload.mjs');
  writeFileSync(
    preload,
    `import { system } from ${JSON.stringify(path.resolve('dist/io/system.js'))};
     const { statSync, lstatSync } = system;
     const missing = (call) => (name, ...rest) => {
       if (!name.endsWith('b.safetensors')) return call(name, ...rest);
       if (rest[0]?.throwIfNoEntry === false) return undefined;
       throw Object.assign(new Error('gone'), { code: 'ENOENT', syscall: 'stat' });
     };
     Object.assign(system, { statSync: missing(statSync), lstatSync: missing(lstatSync) });`,
  );
  const run = await runZnn(['compress', '--rm', 'm', '-q'], {
    cwd: root,
    env: { NODE_OPTIONS: `--import ${preload}` },
  });
  expect(run).toMatchObject({
    exitCode: 1,
    stderr: 'znn: m/b.safetensors: its folder lists it, and the system finds no such file\n',
  });
  expect(readdirSync(path.join(root, 'm'))).toContain('a.safetensors');
});

test('a folder that cannot be read fails the run, unless it is omitted', async () => {
  const root = fileTree({ 'm/a.safetensors': weights, 'm/secret/x': '' });
  chmodSync(root, 0o755);
  mkdirSync(path.join(root, 'out'));
  chmodSync(path.join(root, 'out'), 0o777);
  chmodSync(path.join(root, 'm/secret'), 0);
  const wrapper = process.getuid?.() === 0 ? ['runuser', '-u', 'nobody', '--'] : [];
  const args = (...more: string[]) => ['compress', 'm', '-o', 'out/s', '-q', ...more];
  const refused = await runZnn(args(), { cwd: root, wrapper });
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('m/secret: ') });
  expect(await runZnn(args('--omit', 'secret'), { cwd: root, wrapper })).toMatchObject({
    exitCode: 0,
    stderr: '',
  });
});

// Modes, times and owners that a file system or the system refuses, through the command. Real file systems that refuse them:
// file-systems.test.ts.

import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile, snapshotOf } from '../support/model-folder.js';
import { REFUSING_DISK_URL } from '../support/refusing-disk.js';
import { jsonLines, linesOf, runZnn, type ZnnSettings } from '../support/znn-process.js';

const MODEL = {
  'm/a.safetensors': safetensorsFile(1, 3000),
  'm/sub/b.bin': 'abcdefgh'.repeat(500),
  'm/config.json': '{}',
  'm/model.safetensors.index.json': '{"weight_map":{"t":"a.safetensors"}}',
  'm/.gitattributes': '*.safetensors filter=lfs\n',
};

/** `call=ERRNO` of each call of the file system that fails from the start. */
const refusing = (...calls: string[]): Pick<ZnnSettings, 'env'> => ({
  env: { NODE_OPTIONS: `--import ${REFUSING_DISK_URL}`, ZNN_TEST_REFUSED: calls.join(' ') },
});

const TIMES = (code: string) => [`lutimesSync=${code}`];
const MODES = (code: string) => [`fchmodSync=${code}`];

describe('a disk that takes neither modes nor times', () => {
  test.each(['EPERM', 'ENOSYS', 'ENOTSUP', 'EINVAL', 'EIO'])(
    '%s: there and back with --rm, and a note for each, once',
    async (code) => {
      const cwd = fileTree(MODEL);
      const before = contentsIn(path.join(cwd, 'm'));
      const settings = { cwd, ...refusing(...MODES(code), ...TIMES(code)) };
      const there = await runZnn(['compress', '--rm', 'm'], settings);
      expect([there.exitCode, ...linesOf(there.stderr)]).toEqual([
        0,
        expect.stringMatching(
          new RegExp(
            `^znn: note: m(/sub)?: this file system takes no modes \\(${code}\\): files keep its own; first `,
          ),
        ),
        expect.stringMatching(
          new RegExp(
            `^znn: note: m(/sub)?: this file system does not take the times \\(${code}\\): .*; first `,
          ),
        ),
      ]);
      const back = await runZnn(['decompress', '--rm', '--quiet', 'm'], settings);
      expect([back.exitCode, back.stderr]).toEqual([0, '']);
      expect(contentsIn(path.join(cwd, 'm'))).toEqual(before);
      // As private as what was unfinished.
      expect(statSync(path.join(cwd, 'm/a.safetensors')).mode & 0o777).toBe(0o600);
    },
  );

  test('a folder and what is copied into it: the same, and in the summary of --json', async () => {
    const cwd = fileTree(MODEL);
    const settings = { cwd, ...refusing(...MODES('ENOSYS'), ...TIMES('EPERM')) };
    const run = await runZnn(['compress', 'm', '-o', 's', '--json'], settings);
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    expect(jsonLines(run).at(-1)).toMatchObject({
      type: 'summary',
      notes: [
        '.: this file system takes no modes (ENOSYS): files keep its own; first s',
        expect.stringMatching(/^s(\/sub)?: this file system does not take the times \(EPERM\): .*; first /),
      ],
    });
    expect(statSync(path.join(cwd, 's')).mode & 0o777).toBe(0o700);
  });

  test('check --repair writes all the same', async () => {
    const cwd = fileTree({ ...MODEL, 'm/a.safetensors.znn': '' });
    await runZnn(['compress', '--rm', '-f', 'm/a.safetensors'], { cwd });
    chmodSync(path.join(cwd, 'm'), 0o700);
    writeFileSync(
      path.join(cwd, 'm/model.safetensors.index.json'),
      '{"weight_map":{"layer.1.weight":"a.safetensors"}}',
    );
    const run = await runZnn(['check', 'm', '--repair', '-o', 'new'], {
      cwd,
      ...refusing(...MODES('EPERM')),
    });
    expect(run.exitCode, run.stdout + run.stderr).toBe(0);
    expect(linesOf(run.stderr)).toEqual([
      expect.stringMatching(/^znn: note: .*takes no modes \(EPERM\).*; first model.safetensors.index.json$/),
    ]);
    expect(statSync(path.join(cwd, 'new')).mode & 0o777).toBe(0o700);
  });
});

describe('a disk that cannot make files durable', () => {
  test.each(['ENOSYS', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP'])(
    '%s: sources go, and a note says so',
    async (code) => {
      const cwd = fileTree(MODEL);
      const run = await runZnn(['compress', '--rm', 'm'], { cwd, ...refusing(`fsync=${code}`) });
      expect([run.exitCode, ...linesOf(run.stderr)]).toEqual([
        0,
        expect.stringMatching(new RegExp(`^znn: note: .*cannot promise durability \\(${code}\\).*; first `)),
      ]);
      expect(Object.keys(contentsIn(path.join(cwd, 'm')))).not.toContain('a.safetensors');
    },
  );

  test.each(['EIO', 'ENOSPC'])('%s: bytes are lost, so sources stay', async (code) => {
    const cwd = fileTree(MODEL);
    const before = contentsIn(path.join(cwd, 'm'));
    const run = await runZnn(['compress', '--rm', 'm'], { cwd, ...refusing(`fsync=${code}`) });
    expect(run.exitCode).toBe(1);
    expect(contentsIn(path.join(cwd, 'm'))).toEqual(before);
  });
});

test.each([
  ['without hard links', ['linkSync=ENOSYS']],
  ['whose hard links cross something', ['linkSync=EXDEV']],
  ['that sets no lengths', ['ftruncateSync=EPERM']],
  [
    'that refuses all of that',
    ['linkSync=EROFS', 'ftruncateSync=ENOSYS', 'fsync=EINVAL', ...MODES('EIO'), ...TIMES('EIO')],
  ],
])('a disk %s: there and back', async (_, calls) => {
  const cwd = fileTree(MODEL);
  const before = contentsIn(path.join(cwd, 'm'));
  for (const verb of ['compress', 'decompress']) {
    const run = await runZnn([verb, '--rm', '--quiet', 'm'], { cwd, ...refusing(...calls) });
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
  }
  expect(contentsIn(path.join(cwd, 'm'))).toEqual(before);
});

// Who the test runs as decides what it may give away.
const isRoot = process.geteuid?.() === 0;
/** Someone else, who may read everything, so that it can load the program from wherever it is. */
const AS_NOBODY = [
  ...['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
  ...['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'],
];

describe.runIf(isRoot)('owners', () => {
  const [userId, groupId] = [1234, 2345];

  /** Everything in it belongs to one user, and most of it is private. */
  function ownedModel(): string {
    const cwd = fileTree(MODEL);
    for (const name of ['m', ...Object.keys(snapshotOf(path.join(cwd, 'm'))).map((name) => `m/${name}`)]) {
      chmodSync(path.join(cwd, name), name === 'm' || name.endsWith('/') ? 0o2750 : 0o640);
      chownSync(path.join(cwd, name), userId, groupId);
      if (name === 'm' || name.endsWith('/')) chmodSync(path.join(cwd, name), 0o2750);
    }
    return cwd;
  }

  const ownersIn = (folder: string) =>
    Object.keys(snapshotOf(folder)).map((name) => {
      const { uid, gid, mode } = lstatSync(path.join(folder, name));
      return [name, uid, gid, (mode & 0o7777).toString(8)].join(' ');
    });

  test('root leaves files and folders to their owner, there and back, in place and elsewhere', async () => {
    const cwd = ownedModel();
    const before = ownersIn(path.join(cwd, 'm'));
    for (const args of [
      ['compress', '--rm', 'm'],
      ['compress', '--rm', 'm'],
      ['decompress', 'm', '-o', 'back'],
      ['decompress', '--rm', 'm'],
      ['compress', '--format', 'safetensors', 'm', '-o', 'loadable'],
    ]) {
      const run = await runZnn(args, { cwd });
      expect([run.exitCode, run.stderr]).toEqual([0, '']);
    }
    expect(ownersIn(path.join(cwd, 'm'))).toEqual(before);
    expect(ownersIn(path.join(cwd, 'back'))).toEqual(before);
    for (const line of ownersIn(path.join(cwd, 'loadable'))) expect(line).toContain(` ${userId} ${groupId} `);
  });

  test('what is new in a folder belongs to whom the folder does, and is as private', async () => {
    const cwd = fileTree({ 'm/a.bin': 'abcdefgh'.repeat(500) });
    chownSync(path.join(cwd, 'm'), userId, groupId);
    chmodSync(path.join(cwd, 'm'), 0o750);
    expect((await runZnn(['compress', '--lfs', 'm'], { cwd })).exitCode).toBe(0);
    const { uid, gid, mode } = statSync(path.join(cwd, 'm/.gitattributes'));
    expect([uid, gid, mode & 0o777]).toEqual([userId, groupId, 0o640]);
  });

  test.each([
    ['EPERM', ['fchownSync=EPERM'], '600 700'],
    ['ENOSYS', ['fchownSync=ENOSYS'], '600 700'],
  ])('root that is refused (%s) says so, and gives its own group no rights', async (code, calls, modes) => {
    const cwd = ownedModel();
    chmodSync(path.join(cwd, 'm'), 0o750);
    const run = await runZnn(['compress', 'm', '-o', 's'], { cwd, ...refusing(...calls) });
    expect([run.exitCode, ...linesOf(run.stderr)]).toEqual([
      0,
      `znn: note: .: this file system takes no owners (${code}): files belong to whoever runs this; first s`,
    ]);
    const modeOf = (name: string) => (statSync(path.join(cwd, name)).mode & 0o777).toString(8);
    expect(`${modeOf('s/config.json')} ${modeOf('s')}`).toBe(modes);
  });

  test.each([
    ['664', '644'],
    ['644', '644'],
    ['604', '600'],
    ['755', '755'],
  ])(
    'anyone else cannot give files away, and that is no news: mode %s becomes %s',
    async (mode, expected) => {
      const cwd = fileTree({ 'in/a.bin': 'abcdefgh'.repeat(500) });
      mkdirSync(path.join(cwd, 'out'));
      chmodSync(cwd, 0o755);
      chmodSync(path.join(cwd, 'in/a.bin'), Number.parseInt(mode, 8));
      chownSync(path.join(cwd, 'in/a.bin'), userId, groupId);
      utimesSync(path.join(cwd, 'in/a.bin'), 1_500_000_000, 1_500_000_000);
      chownSync(path.join(cwd, 'out'), 65534, 65534);
      const run = await runZnn(['compress', 'in/a.bin', '-o', 'out/a.znn'], { cwd, wrapper: AS_NOBODY });
      expect([run.exitCode, run.stderr]).toEqual([0, '']);
      const made = statSync(path.join(cwd, 'out/a.znn'));
      expect([made.uid, made.gid, (made.mode & 0o777).toString(8)]).toEqual([65534, 65534, expected]);
      expect(made.mtimeMs).toBe(1_500_000_000_000);
    },
  );

  test('a group that one is in is kept', async () => {
    const cwd = fileTree({ 'in/a.bin': 'abcdefgh'.repeat(500) });
    mkdirSync(path.join(cwd, 'out'));
    chmodSync(cwd, 0o755);
    chmodSync(path.join(cwd, 'in/a.bin'), 0o660);
    chownSync(path.join(cwd, 'in/a.bin'), userId, groupId);
    chownSync(path.join(cwd, 'out'), 65534, 65534);
    const wrapper = AS_NOBODY.map((arg) => (arg === '--clear-groups' ? `--groups=${groupId}` : arg));
    const run = await runZnn(['compress', 'in/a.bin', '-o', 'out/a.znn'], { cwd, wrapper });
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    const made = statSync(path.join(cwd, 'out/a.znn'));
    expect([made.uid, made.gid, (made.mode & 0o777).toString(8)]).toEqual([65534, groupId, '660']);
  });
});

function contentsIn(folder: string): Record<string, string> {
  const names = Object.keys(snapshotOf(folder)).filter((name) => !name.endsWith('/'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(folder, name), 'latin1')]));
}

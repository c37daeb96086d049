// Real file systems that keep less than this one: exFAT and NTFS, and a folder through FUSE of which calls are refused. Each needs
// root, /dev/fuse and its programs (Debian: exfat-fuse, exfatprogs, ntfs-3g, python3-fusepy). Where one is missing its tests
// do not run: attributes.test.ts injects the same faults on any machine.

import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { isTemporaryName } from '../../src/io/temporary/temporary-files.js';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { canDeny, canMount, mountDenying, mountImage } from '../support/mounts.js';
import { filesIn } from '../support/same-files.js';
import { linesOf, runZnn, type ZnnSettings } from '../support/znn-process.js';

const MODEL = {
  'a.safetensors': safetensorsFile(1, 30_000),
  'sub/b.bin': 'abcdefgh'.repeat(500),
  'config.json': '{}',
  'model.safetensors.index.json': '{"weight_map":{"t":"a.safetensors"}}',
  '.gitattributes': '*.safetensors filter=lfs\n',
};

/** Someone else, who may read everything, so that it can load the program from wherever it is. */
const AS_NOBODY = [
  ...['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
  ...['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'],
];

const contentsIn = (folder: string) =>
  Object.fromEntries(filesIn(folder).map((name) => [name, readFileSync(path.join(folder, name), 'latin1')]));

/** From one disk to the one that is mounted and back, and on that one in place; every way with all bytes.
 * @returns what was said on the way there */
async function thereAndBack(disk: string, wrapper: readonly string[] = []): Promise<string[]> {
  const cwd = fileTree(
    Object.fromEntries(Object.entries(MODEL).map(([name, content]) => [`m/${name}`, content])),
  );
  utimesSync(path.join(cwd, 'm/a.safetensors'), 1_588_655_105.123457, 1_588_655_105.123457);
  const before = contentsIn(path.join(cwd, 'm'));
  const [small, inPlace] = [path.join(disk, 's'), path.join(disk, 'p')];
  const done = async (args: readonly string[], settings: Partial<ZnnSettings> = {}) => {
    const { exitCode, stderr } = await runZnn(args, { cwd, ...settings });
    const lines = linesOf(stderr);
    expect([exitCode, lines.filter((line) => !line.startsWith('znn: note: '))]).toEqual([0, []]);
    return lines;
  };
  const said = await done(['compress', 'm', '-o', small], { wrapper });
  await done(['verify', '-q', small]);
  await done(['decompress', '-q', small, '-o', 'back']);
  expect(contentsIn(path.join(cwd, 'back'))).toEqual(before);

  for (const [name, content] of Object.entries(MODEL)) {
    mkdirSync(path.dirname(path.join(inPlace, name)), { recursive: true });
    writeFileSync(path.join(inPlace, name), content);
  }
  for (const verb of ['compress', 'decompress']) await done([verb, '--rm', '-q', inPlace], { wrapper });
  expect(contentsIn(inPlace)).toEqual(before);
  expect(filesIn(disk).filter((name) => isTemporaryName(path.basename(name)))).toEqual([]);
  return said;
}

describe.each(['exfat', 'ntfs'] as const)('%s', (kind) => {
  test.runIf(canMount(kind))('of this user: there and back', async () => {
    await thereAndBack(await mountImage(kind));
  });

  test.runIf(canMount(kind))('of another user, writable for all: a note for each, once', async () => {
    const said = await thereAndBack(await mountImage(kind), AS_NOBODY);
    for (const refused of ['takes no modes', 'does not take the times'])
      expect(said.filter((line) => line.includes(refused)).length).toBeLessThanOrEqual(1);
    expect(said.length).toBeGreaterThan(0);
  });

  test.runIf(canMount(kind))('keeps the time as near as it can', async () => {
    const disk = await mountImage(kind);
    const cwd = fileTree({ 'a.bin': 'abcdefgh' });
    utimesSync(path.join(cwd, 'a.bin'), 1_588_655_105.123457, 1_588_655_105.123457);
    const { exitCode, stderr } = await runZnn(['compress', 'a.bin', '-o', path.join(disk, 'a.znn')], { cwd });
    expect([exitCode, stderr.includes('times')]).toEqual([0, false]);
    expect(Math.abs(statSync(path.join(disk, 'a.znn')).mtimeMs - 1_588_655_105_123)).toBeLessThanOrEqual(
      2000,
    );
  });
});

describe.runIf(canDeny)('a folder through FUSE that refuses', () => {
  test.each([
    [['chmod=EPERM'], ['takes no modes (EPERM)']],
    [['utimens=ENOSYS'], ['does not take the times (ENOSYS)']],
    [
      ['utimens=EPERM', 'chmod=ENOSYS'],
      ['takes no modes (ENOSYS)', 'does not take the times (EPERM)'],
    ],
    [['link=EPERM'], []],
    [['link=EXDEV', 'truncate=EPERM'], []],
    [['fsync=EINVAL', 'fsyncdir=EINVAL', 'truncate=ENOSYS'], []],
    [
      ['chmod=EIO', 'chown=ENOSYS', 'utimens=EINVAL', 'link=ENOSYS', 'truncate=EPERM', 'fsync=ENOSYS'],
      ['takes no modes (EIO)', 'does not take the times (EINVAL)'],
    ],
  ])('%j: there and back', async (refusals, notes) => {
    const said = await thereAndBack(await mountDenying(...refusals));
    expect(said.length).toBe(notes.length);
    for (const note of notes) expect(said.filter((line) => line.includes(note))).toHaveLength(1);
  });

  test('owners: root says so', async () => {
    const disk = await mountDenying('chown=EPERM');
    const cwd = fileTree({ 'a.bin': 'abcdefgh' });
    chownSync(path.join(cwd, 'a.bin'), 1234, 2345);
    chmodSync(path.join(cwd, 'a.bin'), 0o664);
    const { exitCode, stderr } = await runZnn(['compress', 'a.bin', '-o', path.join(disk, 'a.znn')], { cwd });
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('takes no owners (EPERM)')]);
    expect(statSync(path.join(disk, 'a.znn')).mode & 0o777).toBe(0o644);
  });

  test('to sync, with an error that says bytes are lost: sources stay', async () => {
    const disk = await mountDenying('fsync=EIO');
    writeFileSync(path.join(disk, 'a.bin'), 'abcdefgh');
    const { exitCode, stderr } = await runZnn(['compress', '--rm', 'a.bin'], { cwd: disk });
    expect([exitCode, stderr]).toEqual([1, 'znn: a.bin.znn: fsync: input/output error (EIO)\n']);
    expect(filesIn(disk)).toEqual(['a.bin']);
  });
});

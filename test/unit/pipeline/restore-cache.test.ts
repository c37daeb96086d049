import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { findSnapshot } from '../../../src/hub/snapshot.js';
import { system } from '../../../src/io/system.js';
import { isTemporaryName } from '../../../src/io/temporary/temporary-files.js';
import { planCacheRestore } from '../../../src/run/cache-restore/plan.js';
import { restoreCache } from '../../../src/run/cache-restore/restore.js';
import type { FileResult, RunOptions } from '../../../src/run/types.js';
import { fileTree } from '../../support/file-tree.js';
import { gitSha1, isRightlyNamed, sha256, TestCache } from '../../support/hub-cache.js';
import { safetensorsFile } from '../../support/model-folder.js';
import { plainRunner, run, statusesOf } from '../../support/run-verb.js';
import { filesIn } from '../../support/same-files.js';

const [MAIN, OTHER] = ['1'.repeat(40), '2'.repeat(40)] as const;
const ORIGINALS = {
  'model-1.safetensors': safetensorsFile(1, 40_000),
  'unet/model-2.safetensors': safetensorsFile(2, 9001),
} as const;
const indexOf = (suffix: string) =>
  `{ "weight_map": {"a": "model-1.safetensors${suffix}", "c": "kept.safetensors"} }\n`;
const INDEX = 'model.safetensors.index.json';
const UNET_INDEX = 'unet/diffusion.safetensors.index.json';
const unetIndexOf = (suffix: string) => `{"weight_map":{"b":"model-2.safetensors${suffix}"}}`;
const real = { ...system };
afterEach(() => void Object.assign(system, real));

async function compressed(): Promise<Record<string, Uint8Array>> {
  const root = fileTree(ORIGINALS);
  await run('compress', root, { removeSources: true });
  return Object.fromEntries(filesIn(root).map((name) => [name, readFileSync(path.join(root, name))]));
}

/** Two revisions that share everything but a file. */
async function cacheWithModel(settings?: { hasLinks: boolean }) {
  const cache = new TestCache(settings);
  const files = {
    ...(await compressed()),
    [INDEX]: indexOf('.znn'),
    [UNET_INDEX]: unetIndexOf('.znn'),
    'config.json': '{}',
    'kept.safetensors': 'k',
  };
  const snapshotPath = cache.add('main', MAIN, files);
  const otherPath = cache.add('v2', OTHER, { ...files, 'README.md': 'other' });
  return { cache, snapshotPath, otherPath };
}

async function restore(cache: TestCache, options: Partial<RunOptions> = {}): Promise<readonly FileResult[]> {
  const machine = { environment: { HF_HUB_CACHE: cache.cachePath }, homePath: '/nonexistent' };
  const plan = planCacheRestore(findSnapshot({ id: 'org/name' }, machine));
  const base = { threads: 1, force: false, removeSources: false, fsync: false, sha256: false };
  return (
    await restoreCache(
      plan,
      { ...base, frameIndex: true, encoding: 'auto', format: 'znn', allDtypes: false, ...options },
      plainRunner,
    )
  ).files;
}

/** Relative path → content, through links. */
const contentsOf = (root: string) =>
  Object.fromEntries(filesIn(root).map((name) => [name, readFileSync(path.join(root, name), 'latin1')]));
const RESTORED = Object.fromEntries(
  Object.entries({
    ...ORIGINALS,
    [INDEX]: indexOf(''),
    [UNET_INDEX]: unetIndexOf(''),
    'config.json': '{}',
    'kept.safetensors': 'k',
  }).map(([name, content]) => [name, Buffer.from(content as string).toString('latin1')]),
);
const blobsOf = (cache: TestCache) => readdirSync(cache.blobPath(''));

test('a delta file is refused, with what can be done: a cache does not say which its base is', async () => {
  const cache = new TestCache();
  const original = safetensorsFile(1, 40_000);
  const changed = Uint8Array.from(original);
  changed.set([1, 2, 3], changed.length - 100);
  const root = fileTree({ 'base.safetensors': original, 'tuned.safetensors': changed });
  const [base, tuned] = [path.join(root, 'base.safetensors'), path.join(root, 'tuned.safetensors')];
  await run('compress', tuned, { basePath: base });
  const snapshotPath = cache.add('main', MAIN, { 'tuned.safetensors.znn': readFileSync(`${tuned}.znn`) });
  const [result] = await restore(cache);
  expect(result?.error?.message).toMatch(
    /^delta file: it needs the base "base.safetensors" .*; restore it elsewhere: znn decompress --model … --base … -o …$/,
  );
  expect(filesIn(snapshotPath)).toEqual(['tuned.safetensors.znn']);
});

describe('a snapshot with links', () => {
  test('names the originals; every blob is what its name says; the other revision is as it was', async () => {
    const { cache, snapshotPath, otherPath } = await cacheWithModel();
    const [otherBefore, blobsBefore] = [contentsOf(otherPath), blobsOf(cache)];
    expect(statusesOf(await restore(cache)).filter((line) => !line.startsWith('done'))).toEqual([]);
    expect(contentsOf(snapshotPath)).toEqual(RESTORED);
    expect(contentsOf(otherPath)).toEqual(otherBefore);
    const blobs = blobsOf(cache);
    expect(blobs).toEqual(expect.arrayContaining(blobsBefore));
    expect(blobs.filter((name) => !isRightlyNamed(cache.blobPath(name)))).toEqual([]);
    expect(readlinkSync(path.join(snapshotPath, 'model-1.safetensors'))).toBe(
      `../../blobs/${sha256(ORIGINALS['model-1.safetensors'])}`,
    );
    expect(readlinkSync(path.join(snapshotPath, UNET_INDEX))).toBe(
      `../../../blobs/${gitSha1(Buffer.from(unetIndexOf('')))}`,
    );
  });

  test('a second run finds nothing to do', async () => {
    const { cache } = await cacheWithModel();
    await restore(cache);
    expect(await restore(cache)).toEqual([]);
  });

  test('a blob that another revision brought serves, unless it is damaged', async () => {
    const { cache, snapshotPath } = await cacheWithModel();
    const name = sha256(ORIGINALS['model-1.safetensors']);
    writeFileSync(cache.blobPath(name), ORIGINALS['model-1.safetensors']);
    const inode = lstatSync(cache.blobPath(name)).ino;
    await restore(cache);
    expect(lstatSync(cache.blobPath(name)).ino).toBe(inode);
    expect(contentsOf(snapshotPath)).toEqual(RESTORED);

    const second = await cacheWithModel();
    writeFileSync(second.cache.blobPath(name), 'other');
    const results = await restore(second.cache);
    expect(results[0]?.error).toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('its name says'),
    });
    expect(filesIn(second.snapshotPath)).toContain('model-1.safetensors.znn');
    expect(readFileSync(path.join(second.snapshotPath, INDEX), 'utf8')).toBe(indexOf('.znn'));
  });

  test('a .znn that is not what its blob is called is refused, and nothing is taken away', async () => {
    const { cache, snapshotPath } = await cacheWithModel();
    const link = path.join(snapshotPath, 'model-1.safetensors.znn');
    const blobPath = path.resolve(path.dirname(link), readlinkSync(link));
    const bytes = readFileSync(blobPath);
    writeFileSync(blobPath, Buffer.concat([bytes.subarray(0, 4), Buffer.from([9]), bytes.subarray(5)]));
    const results = await restore(cache);
    expect(results[0]?.error?.code).toBe('corrupt');
    expect(filesIn(snapshotPath)).toEqual(
      expect.arrayContaining(['model-1.safetensors.znn', 'unet/model-2.safetensors.znn']),
    );
  });

  test('with --rm only blobs go that no revision links to', async () => {
    const { cache, otherPath } = await cacheWithModel();
    const otherBefore = contentsOf(otherPath);
    await restore(cache, { removeSources: true });
    expect(contentsOf(otherPath)).toEqual(otherBefore);

    const alone = new TestCache();
    alone.add('main', MAIN, { ...(await compressed()), 'config.json': '{}' });
    await restore(alone, { removeSources: true });
    expect(blobsOf(alone).sort()).toEqual(
      [...Object.values(ORIGINALS).map(sha256), gitSha1(Buffer.from('{}'))].sort(),
    );
  });

  test('a .znn blob that cannot be removed keeps its link, and the next run removes both', async () => {
    const cache = new TestCache();
    const snapshotPath = cache.add('main', MAIN, await compressed());
    const original = real.unlinkSync;
    system.unlinkSync = ((filePath: string) => {
      if (path.basename(path.dirname(filePath)) !== 'blobs' || isTemporaryName(path.basename(filePath)))
        return original(filePath);
      throw Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'unlink' });
    }) as never;
    const results = await restore(cache, { removeSources: true });
    Object.assign(system, real);
    expect(results.map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect(filesIn(snapshotPath)).toHaveLength(4);
    await restore(cache, { removeSources: true });
    expect(filesIn(snapshotPath)).toEqual(Object.keys(ORIGINALS));
    expect(blobsOf(cache).sort()).toEqual(Object.values(ORIGINALS).map(sha256).sort());
  });

  describe('a link whose blob went', () => {
    /** As a run with --rm leaves it that is killed right then. */
    async function cutShort() {
      const cache = new TestCache();
      const snapshotPath = cache.add('main', MAIN, await compressed());
      const link = path.join(snapshotPath, 'model-1.safetensors.znn');
      const [blobPath, pointee] = [realpathSync(link), readlinkSync(link)];
      await restore(cache, { removeSources: true });
      symlinkSync(pointee, link);
      expect(existsSync(blobPath)).toBe(false);
      return { cache, snapshotPath };
    }

    test.each([true, false])('goes with the next run, --rm: %s', async (removeSources) => {
      const { cache, snapshotPath } = await cutShort();
      const [result, ...others] = await restore(cache, { removeSources });
      expect(result).toMatchObject({ status: 'up-to-date', removedSource: true });
      expect(others).toEqual([]);
      expect(contentsOf(snapshotPath)).toEqual(
        Object.fromEntries(Object.keys(ORIGINALS).map((name) => [name, RESTORED[name]])),
      );
    });

    test('stays where what it became is not what its blob is called', async () => {
      const { cache, snapshotPath } = await cutShort();
      writeFileSync(realpathSync(path.join(snapshotPath, 'model-1.safetensors')), 'other');
      const [result] = await restore(cache);
      expect(result?.error).toMatchObject({
        code: 'corrupt',
        message: expect.stringContaining('its name says'),
      });
      expect(readdirSync(snapshotPath)).toContain('model-1.safetensors.znn');
    });

    test('stays where it became nothing', async () => {
      const { cache, snapshotPath } = await cutShort();
      unlinkSync(path.join(snapshotPath, 'model-1.safetensors'));
      const [result] = await restore(cache);
      expect(result?.error?.message).toContain('no such file or directory');
      expect(readdirSync(snapshotPath)).toContain('model-1.safetensors.znn');
    });
  });

  test('a blob that is a link to a shared store is read through, and stays', async () => {
    const cache = new TestCache();
    const snapshotPath = cache.add('main', MAIN, await compressed());
    const blob = blobsOf(cache)[0] ?? '';
    const store = path.join(cache.cachePath, 'blobs', 'ab');
    mkdirSync(store, { recursive: true });
    renameSync(cache.blobPath(blob), path.join(store, 'f'.repeat(64)));
    symlinkSync(`../../blobs/ab/${'f'.repeat(64)}`, cache.blobPath(blob));
    expect(
      statusesOf(await restore(cache, { removeSources: true })).every((line) => line.startsWith('done')),
    ).toBe(true);
    expect(filesIn(snapshotPath)).toEqual(Object.keys(ORIGINALS));
    expect(lstatSync(cache.blobPath(blob)).isSymbolicLink()).toBe(true);
    expect(readdirSync(store)).toEqual(['f'.repeat(64)]);
  });
});

test('a cache without links: files take the place of files', async () => {
  const { cache, snapshotPath, otherPath } = await cacheWithModel({ hasLinks: false });
  const otherBefore = contentsOf(otherPath);
  await restore(cache);
  expect(contentsOf(snapshotPath)).toEqual(RESTORED);
  expect(contentsOf(otherPath)).toEqual(otherBefore);
});

test('a name that is taken by something else is refused', async () => {
  const { cache, snapshotPath } = await cacheWithModel();
  writeFileSync(path.join(snapshotPath, 'model-1.safetensors'), 'mine');
  expect((await restore(cache))[0]?.error?.message).toContain('already exists');
  expect(readFileSync(path.join(snapshotPath, 'model-1.safetensors'), 'utf8')).toBe('mine');
});

describe('whatever call fails', () => {
  test.each([
    'symlinkSync',
    'renameSync',
    'unlinkSync',
    'linkSync',
    'openSync',
    'fsync',
    'closeSync',
  ] as const)('%s: index and files agree, and the next run ends the job', async (call) => {
    let failed = true;
    for (let n = 1; failed && n < 60; n++) {
      const { cache, snapshotPath, otherPath } = await cacheWithModel();
      const otherBefore = contentsOf(otherPath);
      let calls = 0;
      failed = false;
      const original = real[call] as (...args: unknown[]) => unknown;
      system[call] = ((...args: unknown[]) => {
        if (++calls !== n) return original(...args);
        failed = true;
        throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: call });
      }) as never;
      await restore(cache).catch(() => undefined);
      Object.assign(system, real);
      for (const name of Object.values(
        JSON.parse(readFileSync(path.join(snapshotPath, INDEX), 'utf8')).weight_map,
      ))
        expect(filesIn(snapshotPath)).toContain(name);
      expect(
        blobsOf(cache).filter((name) => !isTemporaryName(name) && !isRightlyNamed(cache.blobPath(name))),
      ).toEqual([]);
      expect(contentsOf(otherPath)).toEqual(otherBefore);
      await restore(cache);
      expect(contentsOf(snapshotPath)).toEqual(RESTORED);
    }
    expect(failed).toBe(false);
  });
});

test('files of tensors compressed one by one are restored too', async () => {
  const root = fileTree(ORIGINALS);
  await run('compress', root, { removeSources: true, format: 'safetensors' });
  const files = Object.fromEntries(filesIn(root).map((name) => [name, readFileSync(path.join(root, name))]));
  const cache = new TestCache();
  const index = indexOf('').replace('model-1.safetensors', 'model-1.znn.safetensors');
  const snapshotPath = cache.add('main', MAIN, { ...files, [INDEX]: index, 'kept.safetensors': 'k' });
  expect(filesIn(snapshotPath)).toContain('model-1.znn.safetensors');
  await restore(cache);
  const { 'config.json': _, [UNET_INDEX]: __, ...restored } = RESTORED;
  expect(contentsOf(snapshotPath)).toEqual(restored);
});

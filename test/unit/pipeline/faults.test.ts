import { spawnSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ZnnError } from '../../../src/errors.js';
import { system } from '../../../src/io/system.js';
import { ownProcess } from '../../../src/io/temporary/process-identity.js';
import { isTemporaryName } from '../../../src/io/temporary/temporary-files.js';
import type { JobRunner } from '../../../src/pool/job/protocol.js';
import { geometricBytes } from '../../support/distributions.js';
import { fileTree } from '../../support/file-tree.js';
import { modelFolder } from '../../support/model-folder.js';
import { plainRunner, run, statusesOf } from '../../support/run-verb.js';

const real = { ...system };
afterEach(() => {
  Object.assign(system, real);
});

/** The plain runner, with something happening before or after a job, as seen from main. */
function runnerWith(
  during: Partial<Record<'beforeCompress' | 'compress' | 'decompress', () => void>>,
): JobRunner {
  return {
    compress: async (job, hooks) => {
      during.beforeCompress?.();
      const result = await plainRunner.compress(job, hooks);
      during.compress?.();
      return result;
    },
    decompress: async (job, hooks) => {
      during.decompress?.();
      return plainRunner.decompress(job, hooks);
    },
    checksum: (bytes) => plainRunner.checksum(bytes),
    expectedShare: (content) => plainRunner.expectedShare(content),
    decodeInOrder: (...args) => plainRunner.decodeInOrder(...args),
    close: async () => {},
  };
}

const weights = geometricBytes(1, 30_000, 30, 1.4);

describe('a source that changes while it is read', () => {
  test.each([
    ['grows', (file: string) => appendFileSync(file, 'x')],
    ['shrinks', (file: string) => truncateSync(file, 100)],
    ['is rewritten', (file: string) => writeFileSync(file, weights.slice().fill(1))],
  ])('%s: it fails, and no output appears', async (_, change) => {
    const root = fileTree({ 'a.bin': weights });
    const file = path.join(root, 'a.bin');
    const runner = runnerWith({ compress: () => change(file) });
    expect(statusesOf(await run('compress', file, { runner }))[0]).toMatch(/changed while it was read/);
    expect(readdirSync(root)).toEqual(['a.bin']);
  });

  test('after it was compared, it is not removed', async () => {
    const root = fileTree({ 'a.bin': weights, 'b.bin': weights });
    let calls = 0;
    const runner = runnerWith({
      compress: () => {
        calls++;
        if (calls === 2) appendFileSync(path.join(root, 'a.bin'), 'x');
      },
    });
    const results = await run('compress', root, { removeSources: true, runner });
    expect(results.map(({ removedSource }) => removedSource ?? false)).toEqual([false, true]);
    expect(results[0]?.error?.message).toContain('changed after it was compared');
    expect(readdirSync(root)).toContain('a.bin');
  });
});

describe('--rm, where inode numbers are not what they were', () => {
  const FUSE = 0x65735546;
  const EXT4 = 0xef53;

  /** Everything has another number when it is looked at by its name, as on exFAT when memory was short. */
  function renumber(type: number, change: object = {}): void {
    system.statSync = ((filePath: string, options?: object) => {
      const stats = real.statSync(filePath, options);
      const isExact = options !== undefined && 'bigint' in options && stats !== undefined;
      return isExact ? Object.assign(stats, { ino: 4711n, ...change }) : stats;
    }) as never;
    system.statfsSync = ((filePath: string, options: never) =>
      Object.assign(real.statfsSync(filePath, options), { type })) as never;
  }

  test.each([
    ['a file system in user space', FUSE, {}, true],
    ['one that keeps its numbers', EXT4, {}, false],
    ['a file in user space that was written to', FUSE, { mtimeNs: 5n }, false],
    ['a file in user space of another size', FUSE, { size: 5n }, false],
    ['a file in user space that was replaced', FUSE, { ctimeNs: 5n }, false],
  ])('%s', async (_, type, change, isRemoved) => {
    const root = fileTree({ 'a.bin': weights });
    renumber(type, change);
    const results = await run('compress', root, { removeSources: true });
    expect(results[0]?.removedSource ?? false).toBe(isRemoved);
    expect(readdirSync(root).includes('a.bin')).toBe(!isRemoved);
  });
});

describe('--rm', () => {
  test('an output that does not decode to its source keeps all sources, and does not appear', async () => {
    const root = fileTree({ 'a.bin': weights, 'b.bin': weights });
    let calls = 0;
    const runner = runnerWith({
      decompress: () => {
        calls++;
        if (calls === 2) throw new ZnnError('corrupt', 'decoded bytes differ');
      },
    });
    const results = await run('compress', root, { removeSources: true, runner });
    // Files are worked on side by side: either may be the second one.
    expect(results.map(({ status }) => status).sort()).toEqual(['done', 'failed']);
    const [failed, done] = results[0]?.status === 'failed' ? ['a.bin', 'b.bin'] : ['b.bin', 'a.bin'];
    expect(results.find(({ error }) => error)?.error?.where.file).toBe(path.join(root, `${failed}.znn`));
    expect(readdirSync(root).sort()).toEqual(['a.bin', 'b.bin', `${done}.znn`].sort());
  });

  test('an existing output with other content, but size and time of the source, keeps the source', async () => {
    const root = fileTree({ 'a.bin': weights });
    const file = path.join(root, 'a.bin');
    await run('compress', file);
    const { atime, mtime } = real.statSync(file);
    const changed = weights.slice();
    changed[5000] = (changed[5000] ?? 0) ^ 1;
    writeFileSync(file, changed);
    utimesSync(file, atime, mtime);
    utimesSync(`${file}.znn`, atime, mtime);
    expect(statusesOf(await run('compress', file, { removeSources: true }))[0]).toContain('already exists');
    expect(statusesOf(await run('decompress', `${file}.znn`, { removeSources: true }))[0]).toContain(
      'already exists',
    );
    expect(readFileSync(file)).toEqual(Buffer.from(changed));
  });

  test('what an earlier run wrote without syncing is synced before its source goes', async () => {
    const root = modelFolder();
    await run('compress', root);
    const synced = new Set<string>();
    system.fsync = (fd) => {
      synced.add(String(real.fstatSync(fd).ino));
      return real.fsync(fd);
    };
    const results = await run('compress', root, { removeSources: true });
    for (const { task, removedSource } of results) {
      if (!removedSource || task.targetPath === undefined) continue;
      for (const each of [task.targetPath, path.dirname(task.targetPath)]) {
        expect(synced).toContain(String(real.statSync(each).ino));
      }
    }
    expect(results.filter(({ removedSource }) => removedSource)).toHaveLength(6);
  });

  test('sources go only after every output and the index are there', async () => {
    const root = modelFolder();
    const calls: string[] = [];
    for (const name of ['linkSync', 'renameSync', 'unlinkSync'] as const) {
      system[name] = ((...args: string[]) => {
        const target = path.basename(args.at(-1) as string);
        if (!isTemporaryName(target)) calls.push(`${name} ${target}`);
        return (real[name] as (...all: string[]) => void)(...args);
      }) as never;
    }
    await run('compress', root, { removeSources: true });
    const indexAt = calls.indexOf('renameSync model.safetensors.index.json');
    expect(indexAt).toBeGreaterThan(0);
    const firstRemoval = calls.findIndex((call) => call.startsWith('unlinkSync'));
    expect(firstRemoval).toBeGreaterThan(indexAt);
    expect(calls.slice(firstRemoval).every((call) => call.startsWith('unlinkSync'))).toBe(true);
  });
});

test('what a dead process left is removed, what a live one writes is not', async () => {
  const gonePid = spawnSync(process.execPath, ['-e', '']).pid;
  const nameOf = (pid: number) => `.a.bin.znn.${ownProcess.host}-${pid}-deadbeef-00000000.znn-tmp`;
  const root = fileTree({ 'a.bin': weights, [nameOf(gonePid)]: '', [nameOf(process.ppid)]: '' });
  await run('compress', root);
  expect(readdirSync(root).sort()).toEqual([nameOf(process.ppid), 'a.bin', 'a.bin.znn']);
});

describe('a run that is stopped', () => {
  test.each([
    ['compress', 'beforeCompress'],
    ['decompress', 'decompress'],
  ] as const)('%s: rejects, and leaves no partial output', async (verb, moment) => {
    const root = fileTree({ 'a.bin': weights, 'b.bin': weights });
    if (verb === 'decompress') await run('compress', root, { removeSources: true });
    const before = readdirSync(root);
    const controller = new AbortController();
    const runner = runnerWith({ [moment]: () => controller.abort(new Error('stopped')) });
    await expect(run(verb, root, { runner, signal: controller.signal })).rejects.toThrow('stopped');
    expect(readdirSync(root)).toEqual(before);
  });
});

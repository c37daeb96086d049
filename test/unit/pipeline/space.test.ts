import { linkSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { discover } from '../../../src/discover/discover.js';
import type { DiscoverRequest } from '../../../src/discover/discovery.js';
import { system } from '../../../src/io/system.js';
import { spaceNeeds } from '../../../src/run/space/space-needs.js';
import { fileTree } from '../../support/file-tree.js';
import { safetensorsFile } from '../../support/model-folder.js';
import { type RunSettings, run } from '../../support/run-verb.js';
import { filesIn } from '../../support/same-files.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const real = { statSync: system.statSync, statfsSync: system.statfsSync, accessSync: system.accessSync };
afterEach(() => void Object.assign(system, real));

/** Makes every file system answer with these figures. */
function withFree(freeBytes: number): void {
  system.statfsSync = (() => ({ bsize: 1n, bavail: BigInt(freeBytes), blocks: 1n << 40n })) as never;
}

const none = { force: false, removeSources: false };
/** Peaks for a run over `paths`, each output as large as its source. */
function peaks(
  paths: string[],
  options: Partial<DiscoverRequest & { removeEach: boolean; force: boolean }> = {},
) {
  const request = {
    removeSources: false,
    machine: { environment: {}, homePath: '/nonexistent' },
    ...options,
  };
  const plan = discover({ verb: 'compress', paths, ...request });
  return spaceNeeds(plan, { ...none, ...options }, ({ sourceBytes }) => sourceBytes).map(
    ({ peakBytes }) => peakBytes,
  );
}

describe('the most that is there at any one time', () => {
  const folder = () =>
    fileTree({ 'a.bin': 'x'.repeat(1000), 'b.bin': 'x'.repeat(300), 'c.bin': 'x'.repeat(700) });

  test('is all outputs; with --rm too, since sources go at the end', () => {
    expect(peaks([folder()])).toEqual([2000]);
    expect(peaks([folder()], { removeSources: true })).toEqual([2000]);
  });

  test('with --rm=each is the largest output', () => {
    expect(peaks([folder()], { removeSources: true, removeEach: true })).toEqual([1000]);
  });

  test('counts neither outputs that are there, unless they are made again, nor sources with other names', () => {
    const root = folder();
    linkSync(path.join(root, 'a.bin'), path.join(root, 'a.bin.znn'));
    expect(peaks([root])).toEqual([1000]);
    expect(peaks([root], { force: true })).toEqual([1000]);
    expect(peaks([root], { removeSources: true, removeEach: true, force: true })).toEqual([1000]);
    const linked = temporaryFolder();
    for (const name of ['b.bin', 'c.bin']) symlinkSync(path.join(root, name), path.join(linked, name));
    expect(peaks([linked], { removeSources: true, removeEach: true })).toEqual([1000]);
  });

  test('is measured where the outputs go, and apart for each file system', () => {
    const [root, other] = [folder(), path.join(temporaryFolder(), 'not', 'there', 'yet')];
    system.statSync = ((anyPath: string, options?: object) => {
      const stats = real.statSync(anyPath, options as never) as { dev: unknown } | undefined;
      if (stats !== undefined && !anyPath.startsWith(root)) stats.dev = 4711n;
      return stats;
    }) as never;
    const asked: string[] = [];
    system.statfsSync = ((anyPath: string) => {
      asked.push(anyPath);
      return { bsize: 1n, bavail: 5n, blocks: 9n };
    }) as never;
    expect(peaks([root], { outputPath: other, removeSources: true })[0]).toBe(2000);
    expect(asked[0]).toBe(path.dirname(path.dirname(path.dirname(other))));
  });
});

describe('a run', () => {
  const folder = () =>
    fileTree({ 'a.safetensors': safetensorsFile(1, 40_000), 'b.safetensors': safetensorsFile(2, 40_000) });

  test('that cannot end well does not start, and says the figures', async () => {
    const root = folder();
    withFree(30_000);
    await expect(run('compress', root)).rejects.toMatchObject({
      code: 'io',
      message: expect.stringMatching(
        /take 48,000 bytes or more, 30,000 bytes are free; .*--rm=each.*--no-space-check/,
      ),
      where: { file: root },
    });
    expect(filesIn(root)).toEqual(['a.safetensors', 'b.safetensors']);
  });

  test('that may not end well says so, and goes on', async () => {
    const notes: string[] = [];
    withFree(70_000);
    const results = await run('compress', folder(), {
      observer: { onNote: (text) => void notes.push(text) },
    });
    expect(results.map(({ status }) => status)).toEqual(['done', 'done']);
    expect(notes).toEqual([
      expect.stringMatching(/: free space may run out: up to [\d,]+ bytes .* 70,000 bytes/),
    ]);
  });

  test('with --rm=each, or told so, starts', async () => {
    withFree(30_000);
    for (const settings of [{ removeSources: true, removeEach: true }, { spaceCheck: false }]) {
      const results = await run('compress', folder(), settings);
      expect(results.map(({ status }) => status)).toEqual(['done', 'done']);
    }
  });

  test('back needs what the files hold, to the byte', async () => {
    const root = folder();
    const rawBytes = (await run('compress', root)).reduce((sum, { originalBytes }) => sum + originalBytes, 0);
    const outputPath = path.join(temporaryFolder(), 'out');
    const include = { include: ['*.safetensors'], outputPath };
    await run('compress', root, { removeSources: true });
    withFree(rawBytes - 1);
    await expect(run('decompress', root, include)).rejects.toThrow(
      `take ${rawBytes.toLocaleString('en-US')} bytes`,
    );
    withFree(rawBytes);
    expect((await run('decompress', root, include)).map(({ status }) => status)).toEqual(['done', 'done']);
  });

  test('where the system cannot say what is free goes on', async () => {
    const answers = [
      () => ({ bsize: 0n, bavail: 0n, blocks: 0n }),
      () => {
        throw new Error('ENOSYS');
      },
    ];
    for (const answer of answers) {
      system.statfsSync = answer as never;
      expect((await run('compress', folder())).map(({ status }) => status)).toEqual(['done', 'done']);
    }
  });
});

describe('--rm=each is advised', () => {
  const weights = {
    'a.safetensors': safetensorsFile(1, 40_000),
    'b.safetensors': safetensorsFile(2, 40_000),
  };
  const faultOf = (root: string, settings: RunSettings = {}) =>
    run('compress', root, settings).then(
      () => 'nothing',
      ({ message }: Error) => message,
    );

  test('where the sources are several, and on the disk that is short', async () => {
    withFree(30_000);
    expect(await faultOf(fileTree(weights))).toContain('--rm=each removes each source');
  });

  test('not for one file, nor where it would not be enough', async () => {
    withFree(20_000);
    const one = path.join(fileTree(weights), 'a.safetensors');
    for (const root of [one, fileTree(weights)]) {
      const message = await faultOf(root);
      expect(message).toContain('free; make room or write elsewhere with -o; --no-space-check');
      expect(message).not.toContain('--rm=each');
    }
  });

  test('not where sources are links, or on another disk than the outputs', async () => {
    withFree(30_000);
    const root = fileTree(weights);
    const linked = temporaryFolder();
    for (const name of Object.keys(weights)) symlinkSync(path.join(root, name), path.join(linked, name));
    expect(await faultOf(linked)).not.toContain('--rm=each');
    system.statSync = ((anyPath: string, options?: object) => {
      const stats = real.statSync(anyPath, options as never) as { dev: unknown } | undefined;
      const isDevice = stats !== undefined && typeof stats.dev === 'bigint' && !anyPath.startsWith(root);
      if (isDevice) stats.dev = 4711n;
      return stats;
    }) as never;
    const message = await faultOf(root, { outputPath: path.join(temporaryFolder(), 'out') });
    expect(message).toContain('free space: ');
    expect(message).not.toContain('--rm=each');
  });
});

describe.each([
  ['EROFS', 'read-only file system (EROFS)'],
  ['EACCES', 'permission denied (EACCES)'],
])('a folder that may not be written to is not said to be full: %s', (code, explanation) => {
  test.each([
    ['beside the source', {}],
    ['in a folder that is there', { outputPath: temporaryOutput }],
    ['in one that is not there yet', { outputPath: () => path.join(temporaryOutput(), 'not', 'yet') }],
  ])('%s', async (_place, { outputPath }: { outputPath?: () => string }) => {
    withFree(0);
    const root = fileTree({ 'a.safetensors': safetensorsFile(1, 40_000) });
    system.accessSync = (anyPath) => {
      if (!statSync(anyPath, { throwIfNoEntry: false })) throw Object.assign(new Error(), { code: 'ENOENT' });
      throw Object.assign(new Error(), { code, syscall: 'access' });
    };
    const settings = outputPath === undefined ? {} : { outputPath: outputPath() };
    await expect(run('compress', root, settings)).rejects.toMatchObject({
      code: 'io',
      message: `nothing can be written here: ${explanation}; write elsewhere with -o`,
    });
  });
});

function temporaryOutput(): string {
  return temporaryFolder();
}

test('where the system says nothing of writing, the figures stand', async () => {
  withFree(0);
  system.accessSync = () => {
    throw Object.assign(new Error(), { code: 'ENOSYS' });
  };
  const root = fileTree({ 'a.safetensors': safetensorsFile(1, 40_000) });
  await expect(run('compress', root)).rejects.toThrow('free space: ');
});

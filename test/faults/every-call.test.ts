// SQLite's method: the N-th call of the file system goes wrong, for every N, and the contract holds each time.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { breaches } from '../support/contract.js';
import { geometricBytes } from '../support/distributions.js';
import { type WalkJob, walkFaults } from '../support/fault-walk.js';
import { fileTree } from '../support/file-tree.js';
import { TestCache } from '../support/hub-cache.js';
import { safetensorsFile } from '../support/model-folder.js';
import { run } from '../support/run-verb.js';
import { STOCK_CONTAINER, withMetadata } from '../support/stock-container.js';
import { temporaryFolder } from '../support/temporary-folder.js';

// A walk is hundreds of runs.
vi.setConfig({ testTimeout: 600_000 });

const MODEL = {
  'model/a.safetensors': safetensorsFile(1, 3000),
  'model/sub/b.bin': geometricBytes(2, 99, 9, 1.5),
  'model/config.json': '{}',
  'model/model.safetensors.index.json': '{"weight_map":{"t":"a.safetensors"}}',
  'model/.gitattributes': '*.safetensors filter=lfs\n',
};

/** Calls that a full disk makes fail. */
const TAKING_SPACE = [
  'writeSync',
  'writevSync',
  'ftruncateSync',
  'fsync',
  'mkdirSync',
  'linkSync',
  'closeSync',
];
const FAULTS = {
  'EIO once': { mode: 'once', error: 'EIO' },
  'its usual error once': { mode: 'once', error: 'natural' },
  'a full disk from then on': { mode: 'from', error: 'ENOSPC', members: TAKING_SPACE },
  'EIO from then on': { mode: 'from', error: 'EIO' },
  'EROFS from then on': {
    mode: 'from',
    error: 'EROFS',
    members: [...TAKING_SPACE, 'unlinkSync', 'renameSync'],
  },
} as const;
type FaultName = keyof typeof FAULTS;
const READS_AND_WRITES = ['readSync', 'writeSync', 'writevSync'];
const OTHER_FAULTS = {
  'one call short': { mode: 'short-once', members: READS_AND_WRITES },
  'one call of nothing': { mode: 'nothing', members: READS_AND_WRITES },
  'every call short': { mode: 'short' },
  'EIO once in a worker': { mode: 'once', error: 'EIO', threads: 'workers' },
  'a full disk in a worker': { mode: 'from', error: 'ENOSPC', members: TAKING_SPACE, threads: 'workers' },
} as const;

async function walk(
  template: string,
  faultName: FaultName | keyof typeof OTHER_FAULTS,
  job: Pick<WalkJob, 'verb' | 'paths' | 'flags'> & Partial<WalkJob>,
): Promise<void> {
  const fault = { ...FAULTS, ...OTHER_FAULTS }[faultName];
  const workFolder = path.join(temporaryFolder(), 'work');
  const steps = await walkFaults({ templateFolder: template, workFolder, fault, stride: 1, ...job });
  const [clean] = steps;
  if (clean === undefined) throw new Error('no step');
  expect(clean.exitCode, clean.lines.join('\n')).toBe(0);
  const trees = { workFolder, before: clean.before, after: clean.tree, settled: clean.again.tree };
  // What cannot be removed because removing fails for good is for the next run.
  const mayLeaveTemporaries = faultName.endsWith('from then on');
  const mayLeaveSpentLinks = job.verb === 'cache restore' && job.flags.rm === true;
  const looksTruncated = faultName === 'one call of nothing';
  const removesEach = job.flags.rmEach === true || job.verb === 'cache restore';
  expect(
    steps.slice(1).flatMap((step) =>
      breaches(step, trees, {
        mayLeaveTemporaries,
        removesEach,
        mayLeaveSpentLinks,
        looksTruncated,
        secondsMax: 60,
      }),
    ),
  ).toEqual([]);
  expect(steps.length).toBeGreaterThan(job.isOneStep ? 1 : 4);
}

const COMMANDS = [
  ['in place', {}],
  ['with --rm', { rm: true }],
  ['with -o and --fsync', { output: 'out/', fsync: true }],
] as const;
/** With --rm there is most to lose. */
const WALKS = COMMANDS.flatMap(([how, flags]) =>
  (Object.keys(FAULTS) as FaultName[])
    .filter((faultName) => how === 'with --rm' || faultName === 'EIO once')
    .map((faultName) => ({ how, flags, faultName })),
);

describe('compress a folder', () => {
  test.each(WALKS)('$how: $faultName', async ({ flags, faultName }) => {
    await walk(fileTree(MODEL), faultName, { verb: 'compress', paths: ['model'], flags });
  });
});

describe('decompress a folder', () => {
  test.each(WALKS)('$how: $faultName', async ({ flags, faultName }) => {
    const template = fileTree(MODEL);
    await run('compress', path.join(template, 'model'), { removeSources: true, sha256: true });
    await walk(template, faultName, { verb: 'decompress', paths: ['model'], flags });
  });
});

describe('replace an existing output with -f', () => {
  test.each(['EIO once', 'a full disk from then on'] as const)('compress: %s', async (faultName) => {
    const template = fileTree({
      'model/a.bin': geometricBytes(3, 500, 9, 1.5),
      'model/a.bin.znn': 'an old one',
    });
    await walk(template, faultName, { verb: 'compress', paths: ['model'], flags: { force: true } });
  });
});

describe('with --format safetensors', () => {
  const flags = { rm: true, format: 'safetensors' } as const;
  const paths = ['model'];
  const shards = {
    'model/a.safetensors': safetensorsFile(1, 3000),
    'model/model.safetensors.index.json': '{"weight_map":{"t":"a.safetensors"}}',
  };

  test('compress --rm: EIO once', async () => {
    await walk(fileTree(shards), 'EIO once', { verb: 'compress', paths, flags });
  });

  test('decompress --rm: EIO once', async () => {
    const template = fileTree(shards);
    await run('compress', path.join(template, 'model'), { removeSources: true, format: 'safetensors' });
    await walk(template, 'EIO once', { verb: 'decompress', paths, flags: { rm: true } });
  });
});

describe('with --format safetensors --variant', () => {
  test('compress: EIO once', async () => {
    const shards = {
      'model/a.safetensors': safetensorsFile(1, 3000),
      'model/model.safetensors.index.json': '{"weight_map":{"t":"a.safetensors"}}',
    };
    const flags = { format: 'safetensors', variant: true } as const;
    await walk(fileTree(shards), 'EIO once', { verb: 'compress', paths: ['model'], flags });
  });
});

describe('with --rm=each', () => {
  const job = { paths: ['model'], flags: { rmEach: true } } as const;

  test.each(['EIO once', 'a full disk from then on'] as const)('compress: %s', async (faultName) => {
    await walk(fileTree(MODEL), faultName, { verb: 'compress', ...job });
  });

  test.each(['EIO once', 'a full disk from then on'] as const)('decompress: %s', async (faultName) => {
    const template = fileTree(MODEL);
    await run('compress', path.join(template, 'model'), { removeSources: true });
    await walk(template, faultName, { verb: 'decompress', ...job });
  });
});

describe('with --base', () => {
  const shards = {
    'base/a.safetensors': safetensorsFile(1, 3000),
    'model/a.safetensors': safetensorsFile(2, 3000),
  };

  test('compress --rm: EIO once', async () => {
    const flags = { rm: true, base: 'base' };
    await walk(fileTree(shards), 'EIO once', { verb: 'compress', paths: ['model'], flags });
  });
});

describe('with --base, back', () => {
  test('decompress --rm: EIO once', async () => {
    const template = fileTree({
      'base/a.safetensors': safetensorsFile(1, 3000),
      'model/a.safetensors': safetensorsFile(2, 3000),
    });
    const basePath = path.join(template, 'base');
    await run('compress', path.join(template, 'model'), { removeSources: true, basePath });
    const flags = { rm: true, base: 'base' };
    await walk(template, 'EIO once', { verb: 'decompress', paths: ['model'], flags });
  });
});

describe('cache restore', () => {
  test.each([
    ['', 'EIO once', {}],
    ['--rm', 'EIO once', { rm: true }],
    ['--rm', 'a full disk from then on', { rm: true }],
  ] as const)('%s: %s', async (_, faultName, removal) => {
    const flags = { model: 'org/name', ...removal };
    await walk(await cachedModel(), faultName, { verb: 'cache restore', paths: [], flags });
  });

  /** A folder whose `hub/` holds one model, compressed. */
  async function cachedModel(): Promise<string> {
    const source = fileTree({ 'a.safetensors': safetensorsFile(1, 3000) });
    await run('compress', path.join(source, 'a.safetensors'));
    const root = temporaryFolder();
    new TestCache({ root }).add('main', '1'.repeat(40), {
      'a.safetensors.znn': readFileSync(path.join(source, 'a.safetensors.znn')),
      'model.safetensors.index.json': '{"weight_map":{"t":"a.safetensors.znn"}}',
      'config.json': '{}',
    });
    return root;
  }
});

describe('check --repair', () => {
  const job = { verb: 'check', paths: ['model'], flags: { repair: true, output: 'new' } } as const;
  const broken = withMetadata(STOCK_CONTAINER, () => undefined);
  const weightMap = {
    'a.bf16': 'a.znn.znn.safetensors',
    'layer.1.weight': 'a.znn.znn.safetensors',
    'layer.2.weight': 'd.safetensors',
  };

  /** All kinds of what can be rebuilt: a list, a name, an index with a wrong shard and wrong names. */
  async function brokenModel(): Promise<string> {
    const template = fileTree({
      'model/a.znn.znn.safetensors': broken,
      'model/b.safetensors': safetensorsFile(1, 3000),
      'model/sub/c.znn.safetensors': broken,
      'model/d.safetensors': safetensorsFile(2, 3000),
    });
    await run('compress', path.join(template, 'model/d.safetensors'), { removeSources: true });
    const index = JSON.stringify({ weight_map: weightMap });
    writeFileSync(path.join(template, 'model/model.safetensors.index.json'), index);
    return template;
  }

  test.each(Object.keys(FAULTS) as FaultName[])('%s', async (faultName) => {
    await walk(await brokenModel(), faultName, job);
  });

  test.each(['one call short', 'one call of nothing'] as const)('%s', async (faultName) => {
    await walk(await brokenModel(), faultName, job);
  });

  test('every read and write falls short', async () => {
    await walk(await brokenModel(), 'every call short', { ...job, isOneStep: true });
  });
});

describe('verify', () => {
  test('EIO once', async () => {
    const template = fileTree(MODEL);
    await run('compress', path.join(template, 'model'), { removeSources: true });
    await walk(template, 'EIO once', { verb: 'verify', paths: ['model'], flags: {} });
  });
});

describe('one read or write after the other', () => {
  test.each(['one call short', 'one call of nothing'] as const)('compress --rm: %s', async (faultName) => {
    await walk(fileTree(MODEL), faultName, { verb: 'compress', paths: ['model'], flags: { rm: true } });
  });

  test.each(['one call short', 'one call of nothing'] as const)('decompress --rm: %s', async (faultName) => {
    const template = fileTree(MODEL);
    await run('compress', path.join(template, 'model'), { removeSources: true, sha256: true });
    await walk(template, faultName, { verb: 'decompress', paths: ['model'], flags: { rm: true } });
  });
});

describe('every read and write falls short', () => {
  const short = { isOneStep: true } as const;

  test.each(COMMANDS)('compress %s', async (_, flags) => {
    await walk(fileTree(MODEL), 'every call short', { verb: 'compress', paths: ['model'], flags, ...short });
  });

  test.each(COMMANDS)('decompress %s', async (_, flags) => {
    const template = fileTree(MODEL);
    await run('compress', path.join(template, 'model'), { removeSources: true, sha256: true });
    await walk(template, 'every call short', { verb: 'decompress', paths: ['model'], flags, ...short });
  });
});

/** Too large to be done without the threads of a run. */
const LARGE_MODEL = { 'model/a.bin': geometricBytes(4, 9 << 20, 60, 1.4) };

async function largeModelFor(verb: 'compress' | 'decompress'): Promise<string> {
  const template = fileTree(LARGE_MODEL);
  if (verb === 'decompress') await run('compress', path.join(template, 'model'), { removeSources: true });
  return template;
}

describe('in the calling thread, as the only one that works on a large file', () => {
  const job = { paths: ['model'], flags: { rm: true, threads: '1' } } as const;

  test.each(['compress', 'decompress'] as const)('%s --rm: EIO at every call', async (verb) => {
    await walk(await largeModelFor(verb), 'EIO once', { verb, ...job });
  });
});

describe('in the workers', () => {
  const job = { paths: ['model'], flags: { rm: true, threads: '2' } } as const;

  test.each(['compress', 'decompress'] as const)('%s --rm: EIO at every call', async (verb) => {
    await walk(await largeModelFor(verb), 'EIO once in a worker', { verb, ...job });
  });

  test.each(['compress', 'decompress'] as const)('%s --rm: a full disk', async (verb) => {
    await walk(await largeModelFor(verb), 'a full disk in a worker', { verb, ...job });
  });

  test('every read and write falls short', async () => {
    await walk(fileTree(LARGE_MODEL), 'every call short', { verb: 'compress', ...job, isOneStep: true });
  });
});

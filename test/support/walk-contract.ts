// SQLite's method: the N-th call of the file system goes wrong, for every N, and the contract holds each time. The walks
// themselves, by command: test/faults/every-call.

import path from 'node:path';
import { expect, vi } from 'vitest';
import { breaches } from './contract.js';
import { geometricBytes } from './distributions.js';
import { type WalkJob, walkFaults } from './fault-walk.js';
import { fileTree } from './file-tree.js';
import { safetensorsFile } from './model-folder.js';
import { type RunSettings, run } from './run-verb.js';
import { temporaryFolder } from './temporary-folder.js';
import { expectWayBack } from './way-back.js';

// A walk is hundreds of runs.
vi.setConfig({ testTimeout: 600_000 });

const MODEL_FILES = {
  'a.safetensors': safetensorsFile(1, 3000),
  'sub/b.bin': geometricBytes(2, 99, 9, 1.5),
  'config.json': '{}',
  'model.safetensors.index.json': '{"weight_map":{"t":"a.safetensors"}}',
  '.gitattributes': '*.safetensors filter=lfs\n',
};
export const MODEL = Object.fromEntries(
  Object.entries(MODEL_FILES).map(([name, content]) => [`model/${name}`, content]),
);

/** A folder with that model, compressed. */
export async function compressedModel(settings: Pick<RunSettings, 'sha256'>): Promise<string> {
  const template = fileTree(MODEL);
  await run('compress', path.join(template, 'model'), { removeSources: true, ...settings });
  return template;
}

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
export const FAULTS = {
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
export type FaultName = keyof typeof FAULTS;
const READS_AND_WRITES = ['readSync', 'writeSync', 'writevSync'];
const OTHER_FAULTS = {
  'one call short': { mode: 'short-once', members: READS_AND_WRITES },
  'one call of nothing': { mode: 'nothing', members: READS_AND_WRITES },
  'every call short': { mode: 'short' },
  'EIO once in a worker': { mode: 'once', error: 'EIO', threads: 'workers' },
  'a full disk in a worker': { mode: 'from', error: 'ENOSPC', members: TAKING_SPACE, threads: 'workers' },
} as const;

/** Walks the fault through the command on copies of `template`, and asserts the contract at each step. Returns where the copies
 * are: as a second run left the last. */
export async function walk(
  template: string,
  faultName: FaultName | keyof typeof OTHER_FAULTS,
  job: Pick<WalkJob, 'verb' | 'paths' | 'flags'> & Partial<WalkJob>,
): Promise<string> {
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
  return workFolder;
}

/** The same with `MODEL`, and what every second run makes of it, the same after each step, leads back to the model. */
export async function walkModel(
  verb: 'compress' | 'decompress',
  faultName: Parameters<typeof walk>[1],
  flags: WalkJob['flags'],
  settings: Pick<WalkJob, 'isOneStep'> = {},
): Promise<void> {
  const template = verb === 'compress' ? fileTree(MODEL) : await compressedModel({ sha256: true });
  const workFolder = await walk(template, faultName, { verb, paths: ['model'], flags, ...settings });
  await expectWayBack(path.join(workFolder, flags.output ?? 'model'), MODEL_FILES);
}

export const COMMANDS = [
  ['in place', {}],
  ['with --rm', { rm: true }],
  ['with -o and --fsync', { output: 'out/', fsync: true }],
] as const;
/** With --rm there is most to lose. */
export const WALKS = COMMANDS.flatMap(([how, flags]) =>
  (Object.keys(FAULTS) as FaultName[])
    .filter((faultName) => how === 'with --rm' || faultName === 'EIO once')
    .map((faultName) => ({ how, flags, faultName })),
);

/** A folder with a model that is too large to be done without the threads of a run, ready for the command. */
export async function largeModelFor(verb: 'compress' | 'decompress'): Promise<string> {
  const template = fileTree({ 'model/a.bin': geometricBytes(4, 9 << 20, 60, 1.4) });
  if (verb === 'decompress') await run('compress', path.join(template, 'model'), { removeSources: true });
  return template;
}

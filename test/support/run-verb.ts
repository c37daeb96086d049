import path from 'node:path';
import { afterAll } from 'vitest';
import { discover } from '../../src/discover/discover.js';
import type { DiscoverRequest } from '../../src/discover/discovery.js';
import type { JobRunner } from '../../src/pool/job/protocol.js';
import { createJobRunner } from '../../src/pool/pool.js';
import type { FileResult, RunOptions } from '../../src/run/types.js';
import { compress } from '../../src/run/verbs/compress.js';
import { decompress } from '../../src/run/verbs/decompress.js';
import { verify } from '../../src/run/verbs/verify.js';

const RUNS = { compress, decompress, verify } as const;

export type RunSettings = Partial<RunOptions> &
  Partial<Pick<DiscoverRequest, 'outputPath' | 'include' | 'exclude' | 'lfs' | 'variant' | 'basePath'>> & {
    readonly runner?: JobRunner;
  };

// Never on a worker: files of tests may share a process, and what a test puts in the place of `system` is not in a worker that another
// one's large file has started.
const plainRunner = createJobRunner({ threads: 1, usesCallingThread: true });
afterAll(() => plainRunner.close());

/** The runner that `run` uses: on the calling thread. */
export { plainRunner };

/** Finds and does, as the command line would. */
export async function run(
  verb: keyof typeof RUNS,
  paths: string | readonly string[],
  {
    outputPath,
    include,
    exclude,
    lfs,
    variant,
    basePath,
    runner = plainRunner,
    ...settings
  }: RunSettings = {},
): Promise<readonly FileResult[]> {
  const options: RunOptions = {
    ...{ threads: 1, force: false, removeSources: false, fsync: false },
    ...{ sha256: false, frameIndex: true, encoding: 'auto', format: 'znn', allDtypes: false, ...settings },
  };
  const plan = discover({
    verb,
    paths: [paths].flat(),
    removeSources: options.removeSources,
    machine: { environment: {}, homePath: '/nonexistent' },
    ...(outputPath !== undefined && { outputPath }),
    ...(include !== undefined && { include }),
    ...(exclude !== undefined && { exclude }),
    ...(lfs && { lfs }),
    ...(variant && { variant }),
    ...(basePath !== undefined && { basePath }),
    format: options.format,
  });
  return (await RUNS[verb](plan, options, runner)).files;
}

/** `status name` of each result, and what failed says why. */
export function statusesOf(results: readonly FileResult[]): string[] {
  return results.map(({ status, task, error }) =>
    [status, path.basename(task.sourcePath), ...(error ? [`(${error.code}: ${error.message})`] : [])].join(
      ' ',
    ),
  );
}

// The library: what the command does, for programs. Nothing is printed; errors of single files are in the result.

import './node-version.js';
// Not by name: a name that an old Node has not fails before anything is said.
import os from 'node:os';
import { env } from 'node:process';
import { ZnnError } from './errors.js';
import type { FileInfo } from './pipeline/file-info.js';
import { describeFile } from './pipeline/info.js';
import { runPlan, withRunner } from './pipeline/run-plan.js';
import type { RunOptions, RunResult } from './pipeline/types.js';
import { discover } from './plan/discover.js';
import type { DiscoverRequest } from './plan/discovery.js';

export type { ErrorPlace, ZnnErrorCode } from './errors.js';
export type { EncodingChoice } from './format/dtypes.js';
export type { Limits } from './format/limits.js';
export type {
  DtypeInfo,
  FileInfo,
  FileKind,
  FrameInfo,
  LayoutInfo,
  PlaneInfo,
  TensorInfo,
} from './pipeline/file-info.js';
export type { FileResult, FileStatus, RunObserver, RunResult } from './pipeline/types.js';
export type { FileTask, TaskAction } from './plan/types.js';
export { ZnnError };

/** Which files of folders are meant, and how a run goes. */
export interface ReadOptions
  extends Partial<Pick<RunOptions, 'threads' | 'limits' | 'signal' | 'observer'>>,
    Pick<DiscoverRequest, 'include' | 'exclude' | 'omit' | 'basePath'> {}

/** What {@link decompress} takes; every field may be left out. */
export interface WriteOptions
  extends ReadOptions,
    Pick<DiscoverRequest, 'outputPath'>,
    Partial<
      Pick<
        RunOptions,
        'force' | 'update' | 'checksum' | 'removeSources' | 'removeEach' | 'spaceCheck' | 'fsync'
      >
    > {}

/** What {@link compress} takes; every field may be left out. */
export interface CompressOptions
  extends WriteOptions,
    Pick<DiscoverRequest, 'lfs' | 'variant'>,
    Partial<Pick<RunOptions, 'encoding' | 'format' | 'allDtypes' | 'frameIndex' | 'sha256'>> {}

/** Compresses files, folders and globs to `.znn`. Depends on the inputs' bytes and the options only.
 * @returns one result a file; a file that failed carries its error
 * @throws ZnnError `invalid-argument` when paths and options make no sense together; the signal's reason when stopped */
export function compress(paths: readonly string[], options: CompressOptions = {}): Promise<RunResult> {
  return run('compress', paths, options);
}

/** Restores `.znn` files, and folders and globs of them, byte for byte. Results and errors as with {@link compress}. */
export function decompress(paths: readonly string[], options: WriteOptions = {}): Promise<RunResult> {
  return run('decompress', paths, options);
}

/** Decodes `.znn` files and writes nothing. `checked` of a result says whether checksums were there to be compared.
 * Results and errors as with {@link compress}. */
export function verify(paths: readonly string[], options: ReadOptions = {}): Promise<RunResult> {
  return run('verify', paths, options);
}

/** What one file is and holds; headers and tables are read, not the rest.
 * @throws ZnnError `io`; `corrupt`, `truncated` or `unsupported` for a file named `.znn` that is none */
export function describe(filePath: string): Promise<FileInfo> {
  return withRunner({ threads: 1 }, (runner) => describeFile(filePath, runner));
}

async function run(
  verb: 'compress' | 'decompress' | 'verify',
  paths: readonly string[],
  { outputPath, include, exclude, omit, lfs, variant, basePath, ...options }: CompressOptions,
): Promise<RunResult> {
  const threads = options.threads ?? os.availableParallelism();
  if (!Number.isInteger(threads) || threads < 1) {
    throw new ZnnError('invalid-argument', `threads: ${threads} is not a whole number from 1`);
  }
  const removeSources = options.removeSources ?? options.removeEach ?? false;
  const plan = discover({
    verb,
    paths,
    ...(outputPath !== undefined && { outputPath }),
    ...(include !== undefined && { include }),
    ...(exclude !== undefined && { exclude }),
    ...(omit !== undefined && { omit }),
    ...(lfs !== undefined && { lfs }),
    ...(variant !== undefined && { variant }),
    ...(basePath !== undefined && { basePath }),
    ...(options.format !== undefined && { format: options.format }),
    removeSources,
    machine: { environment: env, homePath: os.homedir() },
  });
  const defaults = {
    force: false,
    fsync: false,
    sha256: false,
    frameIndex: true,
    format: 'znn',
    allDtypes: false,
  } as const;
  return runPlan({ ...plan, verb }, { encoding: 'auto', ...defaults, ...options, removeSources, threads });
}

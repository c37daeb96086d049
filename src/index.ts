// The library: what the command does, for programs. Nothing is printed; errors of single files are in the result.

import './node-version.js';
// Not by name: a name that an old Node has not fails before anything is said.
import os from 'node:os';
import { env } from 'node:process';
import { discover } from './discover/discover.js';
import { ZnnError } from './errors.js';
import { describeFile } from './info/describe.js';
import type { FileInfo } from './info/file-info.js';
import { homeFolder } from './io/paths/home-folder.js';
import {
  type CompressOptions,
  type LibraryVerb,
  type ReadOptions,
  readOptions,
  readPaths,
  type WriteOptions,
} from './library/options.js';
import { runPlan, withRunner } from './run/run-plan.js';
import type { RunResult } from './run/types.js';

export type { FileTask, TaskAction } from './discover/tasks.js';
export type { ErrorPlace, ZnnErrorCode } from './errors.js';
export type { EncodingChoice } from './format/frame/dtypes.js';
export type { Limits } from './format/limits.js';
export type {
  DtypeInfo,
  FileInfo,
  FileKind,
  FrameInfo,
  LayoutInfo,
  PlaneInfo,
  TensorInfo,
} from './info/file-info.js';
export type { FileResult, FileStatus, RunObserver, RunResult } from './run/types.js';
export type { CompressOptions, ReadOptions, WriteOptions };
export { ZnnError };

/** Compresses files, folders and globs to `.znn`. Depends on the inputs' bytes and the options only.
 * @returns one result a file; a file that failed carries its error
 * @throws ZnnError `invalid-argument` when paths and options make no sense together; the signal's reason when stopped */
export function compress(
  paths: string | readonly string[],
  options: CompressOptions = {},
): Promise<RunResult> {
  return run('compress', paths, options);
}

/** Restores `.znn` files, and folders and globs of them, byte for byte. Results and errors as with {@link compress}. */
export function decompress(
  paths: string | readonly string[],
  options: WriteOptions = {},
): Promise<RunResult> {
  return run('decompress', paths, options);
}

/** Decodes `.znn` files and writes nothing. `checked` of a result says whether checksums were there to be compared.
 * Results and errors as with {@link compress}. */
export function verify(paths: string | readonly string[], options: ReadOptions = {}): Promise<RunResult> {
  return run('verify', paths, options);
}

/** What one file is and holds; headers and tables are read, not the rest.
 * @throws ZnnError `invalid-argument` for what is no path; `io`; `corrupt`, `truncated` or `unsupported` for a file named `.znn` that is none */
export async function describe(filePath: string): Promise<FileInfo> {
  if (typeof filePath !== 'string' || filePath === '')
    throw new ZnnError('invalid-argument', `path: ${String(filePath)} is not a path`);
  return withRunner({ threads: 1 }, (runner) => describeFile(filePath, runner));
}

async function run(verb: LibraryVerb, givenPaths: unknown, givenOptions: unknown): Promise<RunResult> {
  const paths = readPaths(givenPaths);
  const { outputPath, include, exclude, omit, lfs, variant, basePath, ...options } = readOptions(
    verb,
    givenOptions,
  );
  const threads = options.threads ?? os.availableParallelism();
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
    machine: { environment: env, homePath: homeFolder() },
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

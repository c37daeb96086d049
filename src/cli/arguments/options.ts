import { ENCODINGS, type EncodingChoice } from '../../format/frame/dtypes.js';
import type { Limits } from '../../format/limits.js';
import type { OutputFormat } from '../../format/model/file-names.js';
import type { HubModel } from '../../hub/snapshot.js';
import { readLimits } from './limit-options.js';
import { UsageError } from './usage-error.js';

export { UsageError };

/** Flags as commander gives them, not yet looked at. */
export interface RawFlags {
  readonly output?: string;
  readonly threads?: string;
  readonly force?: boolean;
  readonly rm?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly omit?: readonly string[];
  readonly checksum?: boolean;
  readonly update?: boolean;
  readonly dtype?: string;
  /** False for `--no-frame-index`. */
  readonly frameIndex?: boolean;
  readonly fsync?: boolean;
  readonly sha256?: boolean;
  readonly format?: string;
  readonly variant?: boolean;
  readonly allDtypes?: boolean;
  readonly base?: string;
  readonly lfs?: boolean;
  /** What `--rm=each` is read as. */
  readonly rmEach?: boolean;
  readonly limit?: readonly string[];
  readonly model?: string;
  readonly revision?: string;
  readonly repair?: boolean;
  /** False for `--no-space-check`. */
  readonly spaceCheck?: boolean;
}

export type Verbosity = 'quiet' | 'normal' | 'verbose';

/** What a command line asks for, validated. */
export interface CliOptions {
  readonly paths: readonly string[];
  readonly outputPath?: string;
  /** Worker threads, 1 or more. */
  readonly threads: number;
  readonly force: boolean;
  readonly update: boolean;
  readonly checksum: boolean;
  readonly removeSources: boolean;
  readonly verbosity: Verbosity;
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly omit?: readonly string[];
  readonly encoding: EncodingChoice;
  readonly frameIndex: boolean;
  readonly fsync: boolean;
  readonly sha256: boolean;
  readonly format: OutputFormat;
  readonly variant: boolean;
  readonly allDtypes: boolean;
  /** What is compressed against, or was: a file, or a folder for a folder. */
  readonly basePath?: string;
  /** Give folders a `.gitattributes` for Git LFS even if they have none. */
  readonly lfs?: boolean;
  /** Each source goes as soon as its own output is checked. */
  readonly removeEach?: boolean;
  /** Of `check`: make new files without what is wrong. */
  readonly repair?: boolean;
  /** A model in the Hub cache in place of paths. */
  readonly model?: HubModel;
  readonly spaceCheck?: boolean;
  readonly limits?: Partial<Limits>;
}

/** More threads than this cost memory and gain nothing on any machine that exists. */
export const THREADS_MAX = 256;

export const DTYPE_CHOICES: readonly EncodingChoice[] = [
  'auto',
  ...(Object.keys(ENCODINGS) as EncodingChoice[]),
];

/** Flags → validated options. Looks at nothing but its arguments.
 * @param cpuCount what `--threads 0` stands for
 * @throws UsageError in one line that names the flag, the value and what is allowed */
export function readOptions(paths: readonly string[], flags: RawFlags, cpuCount: number): CliOptions {
  if (paths.includes('')) throw new UsageError('path: is empty');
  if (paths.includes('-')) throw new UsageError(`path: '-' ${noStream('input')}`);
  if (flags.output === '') throw new UsageError('--output: the path is empty');
  if (flags.output === '-') throw new UsageError(`--output: '-' ${noStream('output')}`);
  if (flags.frameIndex === false && flags.sha256) {
    throw new UsageError(
      '--sha256: the hash is stored in the frame index, which --no-frame-index leaves out',
    );
  }
  return {
    paths,
    ...(flags.output !== undefined && { outputPath: flags.output }),
    threads: readThreads(flags.threads ?? '0', cpuCount),
    force: flags.force ?? false,
    update: flags.update ?? false,
    checksum: flags.checksum ?? false,
    removeSources: flags.rm ?? flags.rmEach ?? false,
    verbosity: flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal',
    json: flags.json ?? false,
    dryRun: flags.dryRun ?? false,
    ...(flags.include !== undefined && { include: readPatterns('--include', flags.include) }),
    ...(flags.exclude !== undefined && { exclude: readPatterns('--exclude', flags.exclude) }),
    ...(flags.omit !== undefined && { omit: readPatterns('--omit', flags.omit) }),
    encoding: readEncoding(flags.dtype ?? 'auto'),
    frameIndex: flags.frameIndex ?? true,
    fsync: flags.fsync ?? false,
    sha256: flags.sha256 ?? false,
    ...readFormat(flags),
    ...readModel(paths, flags),
    ...readBase(flags),
    ...(flags.lfs && { lfs: true }),
    ...(readRepair(flags) && { repair: true }),
    ...(flags.rmEach && { removeEach: true }),
    ...(flags.spaceCheck === false && { spaceCheck: false }),
    ...(flags.limit !== undefined && { limits: readLimits(flags.limit) }),
  };
}

// Taken for a name, `-o -` would leave a file of this name, and tell nobody.
function noStream(name: 'input' | 'output'): string {
  return `would be standard ${name}, which is not supported: frames are read and written at their places; a file of this name is './-'`;
}

function readFormat(flags: RawFlags): Pick<CliOptions, 'format' | 'variant' | 'allDtypes'> {
  const { format = 'znn', variant = false, allDtypes = false } = flags;
  if (format !== 'znn' && format !== 'safetensors') {
    throw new UsageError(`--format: '${format}' is not one of znn, safetensors`);
  }
  if (format === 'znn') {
    if (variant) throw new UsageError('--variant: goes with --format safetensors only');
    if (allDtypes)
      throw new UsageError('--all-dtypes: .znn files compress every dtype; goes with --format safetensors');
    return { format, variant, allDtypes };
  }
  if (variant && (flags.rm || flags.rmEach))
    throw new UsageError('--variant: keeps the originals, which --rm removes');
  if (flags.frameIndex === false) {
    throw new UsageError('--no-frame-index: with --format safetensors the index is what restores the file');
  }
  if ((flags.dtype ?? 'auto') !== 'auto') {
    throw new UsageError('--dtype: with --format safetensors every tensor keeps its own');
  }
  return { format, variant, allDtypes };
}

/** Flags of `cache restore`, which is about a model and nothing else. */
export function readRestoreOptions(
  { model = '', revision, ...flags }: RawFlags,
  cpuCount: number,
): CliOptions {
  return { ...readOptions([], flags, cpuCount), model: modelOf(model, revision) };
}

/** The cache is only read: what comes of it goes elsewhere, with the SHA-256 that the cache knows it by. */
function readModel(paths: readonly string[], flags: RawFlags): Pick<CliOptions, 'model'> & { sha256?: true } {
  const { model, revision, rm, rmEach, output, dryRun } = flags;
  if (model === undefined) {
    if (revision !== undefined) throw new UsageError('--revision: is of a --model, and none is given');
    return {};
  }
  if (paths.length > 0) throw new UsageError(`--model: takes the place of paths, and '${paths[0]}' is one`);
  if (rm || rmEach) throw new UsageError('--rm: the cache of a --model is only read');
  if (output === undefined && !dryRun)
    throw new UsageError('--model: the cache is only read; name a folder for the outputs with -o');
  return {
    model: modelOf(model, revision),
    ...(flags.frameIndex !== false && { sha256: true }),
  };
}

function readRepair({ repair = false, output }: RawFlags): boolean {
  if (repair && output === undefined)
    throw new UsageError('--repair: name a new file or folder with -o; nothing is repaired in place');
  return repair;
}

function modelOf(id: string, revision: string | undefined): HubModel {
  return { id, ...(revision !== undefined && { revision }) };
}

function readBase({ base, frameIndex, format }: RawFlags): Pick<CliOptions, 'basePath'> {
  if (base === undefined) return {};
  if (base === '') throw new UsageError('--base: the path is empty');
  if (frameIndex === false) {
    throw new UsageError(
      '--base: the frame index, which --no-frame-index leaves out, says what the base was',
    );
  }
  if (format === 'safetensors') throw new UsageError('--base: goes with --format znn only');
  return { basePath: base };
}

function readThreads(value: string, cpuCount: number): number {
  const threads = Number(value);
  if (!/^\d+$/.test(value) || threads > THREADS_MAX) {
    throw new UsageError(`--threads: '${value}' is not a whole number from 0 to ${THREADS_MAX}`);
  }
  return threads === 0 ? Math.min(Math.max(1, cpuCount), THREADS_MAX) : threads;
}

function readEncoding(value: string): EncodingChoice {
  const choice = DTYPE_CHOICES.find((each) => each === value.toLowerCase());
  if (choice === undefined)
    throw new UsageError(`--dtype: '${value}' is not one of ${DTYPE_CHOICES.join(', ')}`);
  return choice;
}

function readPatterns(flag: string, patterns: readonly string[]): readonly string[] {
  if (patterns.includes('')) throw new UsageError(`${flag}: the pattern is empty`);
  return patterns;
}

// What a program may ask of the library. From JavaScript no compiler looks at it: what is unknown or of another kind is named.

import type { DiscoverRequest } from '../discover/discovery.js';
import { ZnnError } from '../errors.js';
import { ENCODINGS } from '../format/frame/dtypes.js';
import type { RunOptions } from '../run/types.js';
import {
  isBoolean,
  isLimits,
  isObject,
  isObserver,
  isOneOf,
  isPath,
  isPatterns,
  isSignal,
  isThreads,
  type Rule,
  shown,
  unknownName,
} from './option-rules.js';

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

export type LibraryVerb = 'compress' | 'decompress' | 'verify';

const READ_RULES: Readonly<Record<keyof ReadOptions, Rule>> = {
  ...{ threads: isThreads, limits: isLimits, signal: isSignal, observer: isObserver },
  ...{ include: isPatterns, exclude: isPatterns, omit: isPatterns, basePath: isPath },
};
const WRITE_RULES: Readonly<Record<Exclude<keyof WriteOptions, keyof ReadOptions>, Rule>> = {
  outputPath: isPath,
  ...{ force: isBoolean, removeSources: isBoolean, removeEach: isBoolean, spaceCheck: isBoolean },
  ...{ fsync: isBoolean, update: isBoolean, checksum: isBoolean },
};
const COMPRESS_RULES: Readonly<Record<Exclude<keyof CompressOptions, keyof WriteOptions>, Rule>> = {
  encoding: isOneOf('auto', ...Object.keys(ENCODINGS)),
  format: isOneOf('znn', 'safetensors'),
  ...{ lfs: isBoolean, variant: isBoolean, allDtypes: isBoolean, frameIndex: isBoolean, sha256: isBoolean },
};

/** Each option of each function of the library, and what its value must be. */
export const OPTION_RULES: Readonly<Record<LibraryVerb, Readonly<Record<string, Rule>>>> = {
  compress: { ...READ_RULES, ...WRITE_RULES, ...COMPRESS_RULES },
  decompress: { ...READ_RULES, ...WRITE_RULES },
  verify: READ_RULES,
};

/** What the same is called on the command line, or elsewhere. */
const OTHER_NAMES: Readonly<Record<string, keyof CompressOptions>> = {
  ...{ out: 'outputPath', outDir: 'outputPath', dest: 'outputPath', target: 'outputPath' },
  ...{ dtype: 'encoding', rm: 'removeSources', rmEach: 'removeEach', base: 'basePath', jobs: 'threads' },
  ...{ overwrite: 'force', onProgress: 'observer', abortSignal: 'signal', noSpaceCheck: 'spaceCheck' },
};

/** The paths as an array.
 * @throws ZnnError `invalid-argument` for what is neither a path nor an array of such */
export function readPaths(paths: unknown): readonly string[] {
  const list = typeof paths === 'string' ? [paths] : paths;
  if (!Array.isArray(list))
    throw new ZnnError('invalid-argument', `paths: ${shown(paths)} is neither a path nor an array of paths`);
  const wrong = list.findIndex((each) => typeof each !== 'string' || each === '');
  if (wrong < 0) return list;
  throw new ZnnError('invalid-argument', `paths: ${shown(list[wrong])}, number ${wrong}, is not a path`);
}

/** The options, without those that are `undefined`.
 * @throws ZnnError `invalid-argument` for one that the function has not, or whose value is none of its */
export function readOptions(verb: LibraryVerb, options: unknown): CompressOptions {
  if (!isObject(options))
    throw new ZnnError('invalid-argument', `options: ${shown(options)} is not an object`);
  const rules = OPTION_RULES[verb];
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) throw new ZnnError('invalid-argument', `options: ${unknownOption(verb, name)}`);
    const fault = rule(value);
    if (fault !== undefined) throw new ZnnError('invalid-argument', `${name}: ${shown(value)} ${fault}`);
  }
  const read: CompressOptions = Object.fromEntries(given);
  const fault = CONTRADICTIONS.find(([isThere]) => isThere(read))?.[1];
  if (fault !== undefined) throw new ZnnError('invalid-argument', `options: ${fault}`);
  return read;
}

/** What makes no sense together. */
const CONTRADICTIONS: readonly (readonly [isThere: (options: CompressOptions) => unknown, fault: string])[] =
  [
    [({ removeEach, removeSources }) => removeEach && removeSources === false, 'removeEach removes sources'],
    [
      ({ variant, format }) => variant && format !== 'safetensors',
      "variant goes with format 'safetensors' only",
    ],
    [
      ({ allDtypes, format }) => allDtypes && format !== 'safetensors',
      "allDtypes goes with format 'safetensors' only: .znn files compress every dtype",
    ],
    [
      ({ variant, removeSources, removeEach }) => variant && (removeSources || removeEach),
      'variant keeps the originals, which removeSources removes',
    ],
    [
      ({ format, frameIndex, sha256, basePath }) =>
        frameIndex === false && (format === 'safetensors' || sha256 || basePath !== undefined),
      "frameIndex: false leaves out what format 'safetensors', sha256 and basePath need",
    ],
    [
      ({ format, encoding = 'auto' }) => format === 'safetensors' && encoding !== 'auto',
      "encoding goes with format 'znn' only: every tensor keeps its own",
    ],
    [
      ({ format, basePath }) => format === 'safetensors' && basePath !== undefined,
      "basePath goes with format 'znn' only",
    ],
  ];

function unknownOption(verb: LibraryVerb, name: string): string {
  const names = Object.keys(OPTION_RULES[verb]);
  if (Object.hasOwn(OPTION_RULES.compress, name)) return `${verb} has no option '${name}'`;
  const others = Object.keys(OTHER_NAMES).filter((other) => names.includes(OTHER_NAMES[other] ?? ''));
  return unknownName(name, [...names, ...others], OTHER_NAMES);
}

import type { DiscoverRequest } from './discovery.js';
import type { FolderWalk } from './folder-walk.js';
import {
  compressedPathOf,
  globOf,
  isCompressedName,
  isNeverWeightName,
  isSafetensorsName,
  isWeightName,
  restoredPathOf,
} from './weight-files.js';

/** Version control keeps the uncompressed history here: it is neither weights nor part of what a model folder offers. */
export const NEVER_ENTERED = '.git';
const NEVER_ENTERED_GLOB = `**/${NEVER_ENTERED}/**`;

const FORMATS = ['znn', 'safetensors'] as const;

/** Which files of a folder the verb is about, relative to it. */
export function chosenFiles(walk: FolderWalk, request: DiscoverRequest): Set<string> {
  if (request.verb === 'compress') return new Set(weightFiles(walk, request));
  if (request.verb === 'info')
    return new Set([...weightFiles(walk, request), ...compressedFiles(walk, request)]);
  return new Set(compressedFiles(walk, request));
}

function weightFiles(walk: FolderWalk, { include, exclude, format }: DiscoverRequest): string[] {
  const matching = (globs: readonly string[]) => walk.matching(globs.map(globOf), [NEVER_ENTERED_GLOB]);
  const unwanted = new Set(matching(exclude ?? []));
  return (include === undefined ? walk.all(NEVER_ENTERED).files.filter(isWeightName) : matching(include))
    .filter((file) => !isNeverWeightName(file) && !unwanted.has(file))
    .filter((file) => !isCompressedName(file) && (format !== 'safetensors' || isSafetensorsName(file)));
}

/** Patterns may name the compressed file or the one it came from, so that both ways take the same options. */
function compressedFiles(walk: FolderWalk, { include, exclude }: DiscoverRequest): string[] {
  const bothNames = (patterns: readonly string[]) =>
    patterns
      .map(globOf)
      .flatMap((glob) => [glob, ...FORMATS.map((format) => compressedPathOf(glob, format))]);
  const wanted = include && new Set(walk.matching(bothNames(include), [NEVER_ENTERED_GLOB]));
  const unwanted = new Set(walk.matching(bothNames(exclude ?? []), [NEVER_ENTERED_GLOB]));
  return walk
    .all(NEVER_ENTERED)
    .files.filter((file) => restoredPathOf(file) !== undefined)
    .filter((file) => !unwanted.has(file) && (wanted === undefined || wanted.has(file)));
}

import type { DiscoverRequest } from './discovery.js';
import type { FolderWalk } from './folder-walk.js';
import { isCompressedFile } from './sidecars.js';
import {
  compressedPathOf,
  globOf,
  isCompressedName,
  isNeverWeightName,
  isSafetensorsName,
  isWeightName,
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

function weightFiles(walk: FolderWalk, { include, exclude = [], format }: DiscoverRequest): string[] {
  return filesOf(walk, include?.map(globOf), exclude.map(globOf))
    .filter((file) => (include !== undefined || isWeightName(file)) && !isNeverWeightName(file))
    .filter((file) => !isCompressedName(file) && (format !== 'safetensors' || isSafetensorsName(file)));
}

/** Patterns may name the compressed file or the one it came from, so that both ways take the same options. */
function compressedFiles(walk: FolderWalk, { include, exclude = [] }: DiscoverRequest): string[] {
  const bothNames = (patterns: readonly string[]) =>
    patterns
      .map(globOf)
      .flatMap((glob) => [glob, ...FORMATS.map((format) => compressedPathOf(glob, format))]);
  return filesOf(walk, include && bothNames(include), bothNames(exclude)).filter((file) =>
    isCompressedFile(walk.pathOf(file)),
  );
}

/** Files that match `wanted`, or all, and nothing of `unwanted`; a folder that matches that goes with all that is in it.
 * Without patterns no library is asked: loading and asking it takes as long as compressing 40 MB. */
function filesOf(
  walk: FolderWalk,
  wanted: readonly string[] | undefined,
  unwanted: readonly string[],
): string[] {
  if (wanted === undefined && unwanted.length === 0) return walk.all(NEVER_ENTERED).files;
  return walk.matching(wanted ?? ['**'], [...unwanted, NEVER_ENTERED_GLOB]);
}

import {
  compressedPathOf,
  globOf,
  isCompressedName,
  isNeverWeightName,
  isSafetensorsName,
  isWeightName,
} from '../../format/model/file-names.js';
import type { DiscoverRequest, Selection } from '../discovery.js';
import type { FolderWalk } from './folder-walk.js';
import { isCompressedFile } from './sidecars.js';

const FORMATS = ['znn', 'safetensors'] as const;

/** The files of `walk` that the request's verb and patterns select. Without patterns no library is asked: loading and asking it
 * takes as long as compressing 40 MB. */
export function selectFiles(walk: FolderWalk, request: DiscoverRequest): Selection {
  const { exclude = [], omit = [], include } = request;
  const excluded = matching(walk, exclude);
  const omitted = matching(walk, omit);
  const candidates = include === undefined ? walk.all().files : walk.matching(bothNames(include));
  const isOfVerb = verbFilter(walk, request);
  const chosen = candidates.filter((file) => isOfVerb(file) && !excluded.has(file) && !omitted.has(file));
  return { chosen: new Set(chosen), excluded, omitted };
}

function verbFilter(walk: FolderWalk, { verb, include, format }: DiscoverRequest): (file: string) => boolean {
  const isWeight = (file: string) =>
    (include !== undefined || isWeightName(file)) &&
    !isNeverWeightName(file) &&
    !isCompressedName(file) &&
    (format !== 'safetensors' || isSafetensorsName(file));
  const isCompressed = (file: string) => isCompressedFile(walk.pathOf(file));
  if (verb === 'compress') return isWeight;
  return verb === 'info' ? (file) => isWeight(file) || isCompressed(file) : isCompressed;
}

/** Files that match, and all that is in a folder that does. */
function matching(walk: FolderWalk, patterns: readonly string[]): ReadonlySet<string> {
  if (patterns.length === 0) return new Set();
  return new Set(walk.matching(bothNames(patterns).flatMap((glob) => [glob, `${glob}/**`])));
}

/** Patterns may name the compressed file or the one it came from, so that both ways take the same options. */
function bothNames(patterns: readonly string[]): string[] {
  return patterns
    .map(globOf)
    .flatMap((glob) => [glob, ...FORMATS.map((format) => compressedPathOf(glob, format))]);
}

import path from 'node:path';
import { toZnnError, ZnnError } from '../../errors.js';
import { describeKind } from '../../io/input-file.js';
import { absolutePathOf } from '../../io/paths/absolute-path.js';
import { realPathOf } from '../../io/paths/real-paths.js';
import { type ExactFileStats, system } from '../../io/system.js';
import type { NamedPath } from './named-paths.js';

/** Where the outputs of one named path go. */
export type OutputPlace =
  /** Each beside its source. */
  | { readonly kind: 'beside' }
  /** One file, under this name. */
  | { readonly kind: 'file'; readonly path: string }
  /** Below this folder, which may not exist yet. */
  | { readonly kind: 'folder'; readonly path: string };

/** Gives each of `named` its place, in order.
 * @param isOne one path was named, and not by a pattern: its contents go to the output itself, as with `cp -r a new`
 * @throws ZnnError `invalid-argument` when `outputPath` cannot take them */
export function placeOutputs(
  named: readonly NamedPath[],
  outputPath: string | undefined,
  isOne: boolean,
): OutputPlace[] {
  if (outputPath === undefined) return named.map(() => ({ kind: 'beside' }));
  if (outputPath === '') throw new ZnnError('invalid-argument', '--output: the path is empty');
  const isFolder = isExistingFolder(outputPath);
  return named.map((source) => {
    const place = isOne
      ? placeOne(source, outputPath, isFolder)
      : placeOneOfMany(source, outputPath, isFolder);
    if (source.kind === 'folder') assertOutside(source.path, place.path);
    return place;
  });
}

type SetPlace = Exclude<OutputPlace, { kind: 'beside' }>;

function placeOne(source: NamedPath, outputPath: string, isFolder: boolean | undefined): SetPlace {
  const namesFolder = isFolder === true || /[/\\]$/.test(outputPath);
  if (source.kind !== 'folder' && !namesFolder) return { kind: 'file', path: outputPath };
  assertMayBeFolder(outputPath, isFolder, 'a folder goes to a folder');
  return { kind: 'folder', path: outputPath };
}

function placeOneOfMany(source: NamedPath, outputPath: string, isFolder: boolean | undefined): SetPlace {
  assertMayBeFolder(outputPath, isFolder, 'several paths go to a folder');
  if (source.kind !== 'folder') return { kind: 'folder', path: outputPath };
  return { kind: 'folder', path: path.join(outputPath, path.basename(absolutePathOf(source.path))) };
}

function assertMayBeFolder(outputPath: string, isFolder: boolean | undefined, rule: string): void {
  if (isFolder !== false) return;
  throw new ZnnError('invalid-argument', `--output: ${rule}, and this is none`, { file: outputPath });
}

/** `undefined` where there is nothing yet. */
function isExistingFolder(anyPath: string): boolean | undefined {
  try {
    const stats = system.statSync(anyPath, { throwIfNoEntry: false });
    if (stats !== undefined) return stats.isDirectory();
    const link = system.lstatSync(anyPath, { throwIfNoEntry: false });
    if (link === undefined) return undefined;
    const pointee = system.readlinkSync(anyPath);
    throw new ZnnError(
      'invalid-argument',
      `--output: is ${describeKind(link)} that leads nowhere: to ${pointee}`,
    );
  } catch (error) {
    throw toZnnError(error, { file: anyPath });
  }
}

// A second run would find the first one's outputs among its sources.
function assertOutside(sourcePath: string, outputPath: string): void {
  const realSource = realPathOf(sourcePath);
  const realOutput = realPathOf(outputPath);
  const distance = distanceBelow(realOutput, realSource);
  if (distance === undefined) return;
  const message =
    distance === 0
      ? '--output: is the source folder; leave it out to write beside each source'
      : `--output: lies inside the source folder ${sourcePath}`;
  throw new ZnnError('invalid-argument', message, { file: outputPath });
}

/** How many folders `innerPath` lies below the folder `outerPath`, also by another mount of it; `undefined` where it does not. */
function distanceBelow(innerPath: string, outerPath: string): number | undefined {
  const outer = statsOf(outerPath);
  for (let folder = innerPath, distance = 0; ; folder = path.dirname(folder), distance++) {
    const stats = statsOf(folder);
    const isOne = stats !== undefined && outer?.dev === stats.dev && outer.ino === stats.ino;
    if (isOne || folder === outerPath) return distance;
    if (folder === path.dirname(folder)) return undefined;
  }
}

function statsOf(folderPath: string): ExactFileStats | undefined {
  try {
    return system.statSync(folderPath, { bigint: true });
  } catch {
    return undefined;
  }
}

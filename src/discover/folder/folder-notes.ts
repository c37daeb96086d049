import path from 'node:path';
import { isCompressedName, isIndexName } from '../../format/model/file-names.js';
import type { DiscoverRequest, FolderContext } from '../discovery.js';
import { otherFileNotes } from './other-file-notes.js';

/** What the user should know of a folder's run before it starts, one line each.
 * @param omitted relative paths of files and folders that are left out as asked */
export function folderNotes(context: FolderContext, omitted: readonly string[]): string[] {
  const { folderPath, targetRoot, selection, files, request } = context;
  // What is compressed already has a line of its own.
  const isCompressed = request.verb === 'compress' && [...files].some(isCompressedName);
  const isEmpty = selection.chosen.size === 0 && !isCompressed;
  return [
    ...(isEmpty ? [`${folderPath}: ${nothingFound(request)}`] : []),
    ...otherFileNotes(context),
    ...(targetRoot === undefined ? indexNotes(context) : omissionNotes(folderPath, omitted)),
  ];
}

function nothingFound({ verb }: DiscoverRequest): string {
  return verb === 'decompress' || verb === 'verify' ? 'no .znn files found' : 'no weight files found';
}

/** Says what was asked for, so that a pattern that takes more than was meant is seen. */
function omissionNotes(folderPath: string, omitted: readonly string[]): string[] {
  const [first, ...others] = omitted;
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return [`${path.join(folderPath, first)}${more}: left out of the output, as asked`];
}

/** In place the index stays, and goes on naming what it names. */
function indexNotes({ folderPath, selection, files, request }: FolderContext): string[] {
  const { verb, removeSources, format = 'znn', variant = false } = request;
  const isWriting = verb === 'compress' || verb === 'decompress';
  if (removeSources || selection.chosen.size === 0 || !isWriting) return [];
  const suffix = format === 'safetensors' ? '.znn.safetensors' : '.znn';
  const follows = verb === 'compress' ? `${suffix} files` : 'the originals';
  const twice =
    verb === 'compress' && format === 'safetensors'
      ? [
          `${folderPath}: holds every tensor twice now, and loaders that read all *.safetensors load both; -o keeps them apart`,
        ]
      : [];
  if (variant) return twice;
  const indexLines = [...files]
    .filter((file) => isIndexName(file) && !selection.excluded.has(file))
    .map((index) => `${path.join(folderPath, index)} stays as it is; with --rm or -o it names ${follows}`);
  return [...twice, ...indexLines];
}

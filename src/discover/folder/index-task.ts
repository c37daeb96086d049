import path from 'node:path';
import { isIndexName, plainIndexPathOf, variantIndexPathOf } from '../../format/model/file-names.js';
import type { FolderContext } from '../discovery.js';
import type { FileTask } from '../tasks.js';

/** Where the index at `relativePath` goes, rewritten, relative to the target's root; `undefined` for a file that is no index,
 * or stays as it is. The index of the variant "znn" stands beside the plain one, or takes its place. */
export function indexTargetOf(relativePath: string, context: FolderContext): string | undefined {
  const { targetRoot, files, selection, request } = context;
  if (!isIndexName(relativePath) || selection.excluded.has(relativePath)) return undefined;
  const isMoved = targetRoot !== undefined || request.removeSources;
  if (request.verb === 'compress') {
    const variant = request.variant ? variantIndexPathOf(relativePath) : undefined;
    if (variant !== undefined) return variant;
    // Made anew from the plain index.
    const plain = request.variant ? plainIndexPathOf(relativePath) : undefined;
    return isMoved && !files.has(plain ?? '') ? relativePath : undefined;
  }
  if (!isMoved) return undefined;
  const plain = plainIndexPathOf(relativePath);
  if (plain === undefined) return hasVariantBeside(relativePath, context) ? undefined : relativePath;
  return targetRoot !== undefined && files.has(plain) ? undefined : plain;
}

/** In place the variant's own task restores the plain index, or finds that it is there. */
function hasVariantBeside(relativePath: string, { targetRoot, files }: FolderContext): boolean {
  return targetRoot === undefined && files.has(variantIndexPathOf(relativePath) ?? '');
}

/** Whether the file is an index that says nothing of its own in a folder whose contents are copied elsewhere: one of the
 * variant "znn" whose plain index is there. */
export function isDerivedIndex(relativePath: string, { files, request }: FolderContext): boolean {
  const plain = plainIndexPathOf(relativePath);
  return (
    plain !== undefined && files.has(plain) && (request.verb === 'decompress' || request.variant === true)
  );
}

/** The task for an index that goes to `target`. */
export function rewriteTask(
  source: Pick<FileTask, 'sourcePath' | 'sourceBytes'>,
  target: string,
  { targetRoot, folderPath }: FolderContext,
): FileTask {
  return { action: 'rewrite-index', ...source, targetPath: path.join(targetRoot ?? folderPath, target) };
}

import path from 'node:path';
import { isCompressedName } from '../../format/model/file-names.js';
import { ATTRIBUTES_NAME } from '../../format/model/git-attributes.js';
import type { FolderContext } from '../discovery.js';
import { lookAt } from '../paths/named-paths.js';
import type { FileTask } from '../tasks.js';

/** What becomes of the folder's `.gitattributes`: Git LFS tracks what znn wrote for as long as it is there. `undefined`
 * where it stays as it is, is excluded, or is copied. Those of sub-folders are the user's. */
export function attributesTask({
  folderPath,
  targetRoot,
  selection: { chosen, excluded },
  files,
  request,
}: FolderContext): FileTask | undefined {
  const { verb, removeSources, lfs = false } = request;
  if (excluded.has(ATTRIBUTES_NAME)) return undefined;
  const isThere = files.has(ATTRIBUTES_NAME);
  const targetPath = path.join(targetRoot ?? folderPath, ATTRIBUTES_NAME);
  // Where an earlier run left one, and the sources are gone, it is not to be replaced by a copy without the lines.
  const isMade = targetRoot !== undefined && lookAt(targetPath).kind === 'file';
  const hasCompressed = chosen.size > 0 || [...files].some(isCompressedName) || isMade;
  const isWanted =
    verb === 'compress'
      ? (isThere || lfs) && hasCompressed
      : verb === 'decompress' &&
        isThere &&
        (targetRoot !== undefined || removeSources) &&
        [...files].every((file) => chosen.has(file) || !isCompressedName(file));
  if (!isWanted) return undefined;
  const sourcePath = path.join(folderPath, ATTRIBUTES_NAME);
  const found = lookAt(sourcePath);
  return {
    action: 'rewrite-attributes',
    sourcePath,
    targetPath,
    sourceBytes: found.kind === 'file' ? found.fileBytes : 0,
  };
}

import { isCompressedName, isNeverWeightName, isWeightName } from '../../format/model/file-names.js';
import type { FolderContext } from '../discovery.js';
import type { FileTask } from '../tasks.js';
import { isNotedName } from './other-file-notes.js';

/** Whether a file that `compress` copies may be weights that nobody thought of. Whoever says which files to take has thought. */
export function weightsInCopy(
  relativePath: string,
  { selection, request }: FolderContext,
): Pick<FileTask, 'mayBeWeights'> {
  if (request.verb !== 'compress' || request.include !== undefined) return {};
  const isKnown =
    selection.excluded.has(relativePath) ||
    isNeverWeightName(relativePath) ||
    isCompressedName(relativePath) ||
    isNotedName(relativePath);
  if (isKnown) return {};
  return { mayBeWeights: isWeightName(relativePath) ? 'by-format' : 'by-name' };
}

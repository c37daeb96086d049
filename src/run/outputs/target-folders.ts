import path from 'node:path';
import type { TargetFolder } from '../../discover/tasks.js';
import { toZnnError, ZnnError } from '../../errors.js';
import { finishFolder, type MadeFolder, makeFolderLike } from '../../io/outputs/made-folders.js';
import { makeFolder } from '../../io/paths/folders.js';
import type { RefusalNotes } from './refusal-notes.js';

export interface TargetFolders {
  /** Those that still have to get the mode of the folder that they stand for. */
  readonly made: readonly MadeFolder[];
  /** What every file of the group fails with: one of its folders cannot be made. */
  readonly error?: ZnnError;
}

/** Makes those folders that are missing; parents come first. */
export async function makeTargetFolders(
  folders: readonly TargetFolder[],
  isDurable: boolean,
  refusalNotes: RefusalNotes,
): Promise<TargetFolders> {
  const made = new Map<string, MadeFolder>();
  try {
    for (const folder of folders) {
      if (folder.likePath === undefined) await makeFolder(folder.path, isDurable);
      else {
        const parent = made.get(path.dirname(folder.path));
        const end = await makeFolderLike(folder.path, folder.likePath, isDurable, parent);
        refusalNotes.add(end.refusals);
        if (end.made !== undefined) made.set(folder.path, end.made);
      }
    }
    return { made: [...made.values()] };
  } catch (thrown) {
    const { code, message, where, cause } = toZnnError(thrown);
    const error = new ZnnError(code, `output folder ${where.file}: ${message}`, {}, cause);
    return { made: [...made.values()], error };
  }
}

/** From the innermost out: a folder that may not be entered any more lets nobody reach what is in it. */
export function finishTargetFolders(made: readonly MadeFolder[], refusalNotes: RefusalNotes): void {
  for (const folder of made.toReversed()) refusalNotes.add(finishFolder(folder));
}

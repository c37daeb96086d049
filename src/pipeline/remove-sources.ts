import { toZnnError, ZnnError } from '../errors.js';
import { isSameFile } from '../io/input-file.js';
import { type ExactFileStats, system } from '../io/system.js';
import type { FileResult } from './types.js';

/** Removes the sources of a group whose every output is durable, compared, and named by its index. One that cannot go, or
 * has changed since it was compared, fails; the others go all the same, for by now no file depends on another. */
export function removeSources(
  ended: readonly { readonly result: FileResult; readonly removable?: ExactFileStats | undefined }[],
): FileResult[] {
  return ended.map(({ result, removable }) =>
    removable === undefined ? result : removeSource(result, removable),
  );
}

function removeSource(result: FileResult, compared: ExactFileStats): FileResult {
  const { sourcePath } = result.task;
  try {
    const now = system.statSync(sourcePath, { bigint: true });
    if (!isSameFile(now, compared) || now.size !== compared.size || now.mtimeNs !== compared.mtimeNs) {
      throw new ZnnError('io', 'not removed: the file changed after it was compared with its output');
    }
    // Of a link only the link goes: what it leads to may have other readers.
    system.unlinkSync(sourcePath);
    return { ...result, removedSource: true };
  } catch (error) {
    return { ...result, status: 'failed', error: toZnnError(error, { file: sourcePath }) };
  }
}

import { toZnnError, ZnnError } from '../errors.js';
import { isStillUnchanged } from '../io/input-file.js';
import { system } from '../io/system.js';
import type { Ended } from './run.js';

/** Removes the source of an output that is durable and compared. One that cannot go, or has changed since it was compared,
 * fails; others go all the same, for by now no file depends on another. */
export function removeSource({ result, removable }: Ended): Ended {
  if (removable === undefined) return { result };
  const { sourcePath } = result.task;
  try {
    if (!isStillUnchanged(sourcePath, removable)) {
      throw new ZnnError('io', 'not removed: the file changed after it was compared with its output');
    }
    // Of a link only the link goes: what it leads to may have other readers.
    system.unlinkSync(sourcePath);
    return { result: { ...result, removedSource: true } };
  } catch (error) {
    return { result: { ...result, status: 'failed', error: toZnnError(error, { file: sourcePath }) } };
  }
}

import type { FileTask } from '../../discover/tasks.js';
import { toZnnError, ZnnError } from '../../errors.js';
import { isStillUnchanged } from '../../io/input-file.js';
import { type ExactFileStats, system } from '../../io/system.js';
import type { Ended } from '../context.js';

/** Times differ by this where a file system rounds them only when it forgets what it was told: FAT by 2 s. */
const TIME_STEP_NS = 2_000_000_000n;

/** Removes the source of an output that is durable and compared. One that cannot go, or has changed since it was compared,
 * fails; others go all the same, for by now no file depends on another. */
export function removeSource({ result, removable }: Ended): Ended {
  if (removable === undefined) return { result };
  const { sourcePath } = result.task;
  try {
    if (!isStillUnchanged(sourcePath, removable.source)) {
      throw new ZnnError('io', 'not removed: the file changed after it was compared with its output');
    }
    assertOutputThere(result.task, removable.output);
    // Of a link only the link goes: what it leads to may have other readers.
    system.unlinkSync(sourcePath);
    return { result: { ...result, removedSource: true } };
  } catch (error) {
    return { result: { ...result, status: 'failed', error: toZnnError(error, { file: sourcePath }) } };
  }
}

/** Not by its inode: some file systems in user space number files anew each time they look.
 * @throws ZnnError `io` */
function assertOutputThere({ targetPath = '' }: FileTask, compared: ExactFileStats): void {
  const now = system.lstatSync(targetPath, { bigint: true, throwIfNoEntry: false });
  const elapsedNs = now === undefined ? 0n : now.mtimeNs - compared.mtimeNs;
  const isCompared = now?.isFile() && now.size === compared.size && elapsedNs ** 2n <= TIME_STEP_NS ** 2n;
  if (!isCompared)
    throw new ZnnError(
      'io',
      `not removed: its output ${targetPath} is gone or changed since it was compared`,
    );
}

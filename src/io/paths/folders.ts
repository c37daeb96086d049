import path from 'node:path';
import { toZnnError } from '../../errors.js';
import { codeOf, type Refusal } from '../outputs/refusals.js';
import { system } from '../system.js';
import { absolutePathOf } from './absolute-path.js';

/** What Windows answers: it cannot open a folder to sync it, and needs no sync. */
const NEEDS_NO_SYNC = new Set(['EISDIR', 'EPERM']);
/** What systems answer that cannot sync a folder, or not this one: those that PostgreSQL goes on after, ENOSYS and ENOTSUP of
 * network file systems, and EACCES where a folder may be written to and not be read. */
const SYNC_UNSUPPORTED = new Set(['EINVAL', 'EBADF', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EACCES']);

/** Creates a folder and its missing parents; with `isDurable` their names survive a power cut.
 * @param mode of the folder itself, less the process's mask, where that is not the usual
 * @returns whether the folder is new
 * @throws ZnnError `io` */
export async function makeFolder(folderPath: string, isDurable: boolean, mode?: number): Promise<boolean> {
  try {
    const { isNew, topmostNew } = makeWithParents(folderPath, mode);
    if (isDurable && topmostNew !== undefined) await syncParents(folderPath, topmostNew);
    return isNew;
  } catch (error) {
    throw toZnnError(error, { file: folderPath });
  }
}

/** Syncs the parents of all folders from `topmostNew` down. */
async function syncParents(folderPath: string, topmostNew: string): Promise<void> {
  const topmost = path.dirname(absolutePathOf(topmostNew));
  for (let folder = path.dirname(absolutePathOf(folderPath)); ; folder = path.dirname(folder)) {
    await syncFolder(folder);
    if (folder === topmost || folder === path.dirname(folder)) return;
  }
}

/** Not by node's own `recursive`: where a parent is there and the system still says that it is not, as below /proc, that
 * tries for ever.
 * @throws what the system throws */
function makeWithParents(folderPath: string, mode?: number): { isNew: boolean; topmostNew?: string } {
  try {
    return makeOne(folderPath, mode) ? { isNew: true, topmostNew: folderPath } : { isNew: false };
  } catch (error) {
    const parent = path.dirname(folderPath);
    if (codeOf(error) !== 'ENOENT' || parent === folderPath) throw error;
    const { topmostNew } = makeWithParents(parent);
    const isNew = makeOne(folderPath, mode);
    return { isNew, topmostNew: topmostNew ?? folderPath };
  }
}

/** @returns whether the folder is new */
function makeOne(folderPath: string, mode?: number): boolean {
  try {
    system.mkdirSync(folderPath, mode);
    return true;
  } catch (error) {
    if (system.statSync(folderPath, { throwIfNoEntry: false })?.isDirectory()) return false;
    throw error;
  }
}

/** Makes the names in a folder durable, where the system can do that.
 * @returns what the file system refused
 * @throws ZnnError `io` when it tried, and failed */
export async function syncFolder(folderPath: string): Promise<readonly Refusal[]> {
  let fd: number | undefined;
  try {
    fd = system.openSync(folderPath, 'r');
    await system.fsync(fd);
    return [];
  } catch (error) {
    const answer = codeOf(error);
    if (NEEDS_NO_SYNC.has(answer)) return [];
    if (SYNC_UNSUPPORTED.has(answer)) return [{ kind: 'durability', path: folderPath, answer }];
    throw toZnnError(error, { file: folderPath });
  } finally {
    if (fd !== undefined) system.closeSync(fd);
  }
}

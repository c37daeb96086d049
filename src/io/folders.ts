import path from 'node:path';
import { toZnnError } from '../errors.js';
import { absolutePathOf } from './absolute-path.js';
import { system } from './system.js';

/** What systems answer that cannot sync a folder: Windows cannot open one, some network file systems refuse the call. */
const FOLDER_SYNC_UNSUPPORTED = new Set(['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM']);

/** Creates a folder and its missing parents; with `isDurable` their names survive a power cut.
 * @throws ZnnError `io` */
export async function makeFolder(folderPath: string, isDurable: boolean): Promise<void> {
  try {
    const firstCreated = makeWithParents(folderPath);
    if (firstCreated === undefined || !isDurable) return;
    const topmost = path.dirname(absolutePathOf(firstCreated));
    for (let folder = path.dirname(absolutePathOf(folderPath)); ; folder = path.dirname(folder)) {
      await syncFolder(folder);
      if (folder === topmost || folder === path.dirname(folder)) return;
    }
  } catch (error) {
    throw toZnnError(error, { file: folderPath });
  }
}

/** Not by node's own `recursive`: where a parent is there and the system still says that it is not, as below /proc, that
 * tries for ever.
 * @returns the topmost folder that was missing, `undefined` where all were there
 * @throws what the system throws */
function makeWithParents(folderPath: string): string | undefined {
  try {
    return makeOne(folderPath);
  } catch (error) {
    const parent = path.dirname(folderPath);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === folderPath) throw error;
    const topmost = makeWithParents(parent);
    const own = makeOne(folderPath);
    return topmost ?? own;
  }
}

function makeOne(folderPath: string): string | undefined {
  try {
    system.mkdirSync(folderPath);
    return folderPath;
  } catch (error) {
    if (system.statSync(folderPath, { throwIfNoEntry: false })?.isDirectory()) return undefined;
    throw error;
  }
}

/** Makes the names in a folder durable, where the system can do that.
 * @throws ZnnError `io` */
export async function syncFolder(folderPath: string): Promise<void> {
  let fd: number | undefined;
  try {
    fd = system.openSync(folderPath, 'r');
    await system.fsync(fd);
  } catch (error) {
    if (FOLDER_SYNC_UNSUPPORTED.has((error as NodeJS.ErrnoException).code ?? '')) return;
    throw toZnnError(error, { file: folderPath });
  } finally {
    if (fd !== undefined) system.closeSync(fd);
  }
}

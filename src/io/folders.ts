import path from 'node:path';
import { toZnnError } from '../errors.js';
import { system } from './system.js';

/** What systems answer that cannot sync a folder: Windows cannot open one, some network file systems refuse the call. */
const FOLDER_SYNC_UNSUPPORTED = new Set(['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM']);

/** Creates a folder and its missing parents; with `isDurable` their names survive a power cut.
 * @throws ZnnError `io` */
export async function makeFolder(folderPath: string, isDurable: boolean): Promise<void> {
  try {
    const firstCreated = system.mkdirSync(folderPath, { recursive: true });
    if (firstCreated === undefined || !isDurable) return;
    const topmost = path.dirname(path.resolve(firstCreated));
    for (let folder = path.dirname(path.resolve(folderPath)); ; folder = path.dirname(folder)) {
      await syncFolder(folder);
      if (folder === topmost || folder === path.dirname(folder)) return;
    }
  } catch (error) {
    throw toZnnError(error, { file: folderPath });
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

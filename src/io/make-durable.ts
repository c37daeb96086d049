import path from 'node:path';
import { toZnnError } from '../errors.js';
import { syncFolder } from './folders.js';
import { system } from './system.js';

/** Where a file may only be read, that must do to sync it. */
const NOT_WRITABLE = new Set(['EACCES', 'EPERM', 'EROFS']);

/** Makes a file that another run wrote, and its name, survive a power cut.
 * @throws ZnnError `io` */
export async function makeDurable(filePath: string): Promise<void> {
  try {
    const fd = openToSync(filePath);
    try {
      await system.fsync(fd);
    } finally {
      system.closeSync(fd);
    }
    await syncFolder(path.dirname(filePath));
  } catch (error) {
    throw toZnnError(error, { file: filePath });
  }
}

// Windows syncs only what is open for writing.
function openToSync(filePath: string): number {
  try {
    return system.openSync(filePath, 'r+');
  } catch (error) {
    if (!NOT_WRITABLE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return system.openSync(filePath, 'r');
  }
}

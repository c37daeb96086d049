import path from 'node:path';
import { toZnnError } from '../../errors.js';
import { syncFolder } from '../paths/folders.js';
import { system } from '../system.js';
import type { Refusal } from './refusals.js';
import { syncFile } from './sync-file.js';

/** Where a file may only be read, that must do to sync it. */
const NOT_WRITABLE = new Set(['EACCES', 'EPERM', 'EROFS']);

/** Makes a file that another run wrote, and its name, survive a power cut.
 * @returns what the file system refused
 * @throws ZnnError `io` when it tried, and failed */
export async function makeDurable(filePath: string): Promise<readonly Refusal[]> {
  try {
    const fd = openToSync(filePath);
    const refusals = await syncFile(fd, filePath).finally(() => system.closeSync(fd));
    return [...refusals, ...(await syncFolder(path.dirname(filePath)))];
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

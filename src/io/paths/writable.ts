import { constants } from 'node:fs';
import path from 'node:path';
import { toZnnError } from '../../errors.js';
import { system } from '../system.js';

/** What says that nothing can be made in a folder, however much is free on its disk. */
const NOT_WRITABLE = new Set(['EROFS', 'EACCES', 'EPERM']);

/** Why nothing can be made in a folder, or in the nearest one above it that exists; `undefined` where it can, or where the system
 * does not say. Never throws. */
export function obstacleToWriting(folderPath: string): string | undefined {
  const absolute = path.resolve(folderPath);
  try {
    system.accessSync(absolute, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (NOT_WRITABLE.has(code)) return toZnnError(error).message.replace(/^access: /, '');
    const parent = path.dirname(absolute);
    return code === 'ENOENT' && parent !== absolute ? obstacleToWriting(parent) : undefined;
  }
}

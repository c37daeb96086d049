import path from 'node:path';
import { ZnnError } from '../../errors.js';
import { system } from '../system.js';
import { codeOf } from './refusals.js';

/** Errors of `link` that are faults, or say that the name is taken. All others are answers of file systems without hard links, and
 * there are many: EPERM, ENOSYS, ENOTSUP, EXDEV, EINVAL, EROFS of a driver that has no such call, EISDIR on Windows. If there
 * is a fault behind one, the rename that is tried then meets it too. */
const LINK_FAULTS = new Set(['EEXIST', 'EIO', 'ENOENT', 'ESTALE']);

/** Whether giving a file its name failed because something else has it by now. */
export function isNameTaken(error: unknown): error is ZnnError {
  return error instanceof ZnnError && codeOf(error.cause) === 'EEXIST';
}

/** Gives a finished file its name, unless something has it. A hard link, unlike rename, fails when the name is taken, so a file that
 * another process puts there in the meantime is never replaced. Where the file system has no hard links a look before the
 * rename must do, and a file that appears between the two is lost: Node has no renameat2.
 * @throws what the system throws; EEXIST when the name is taken */
export function nameWithoutReplacing(temporaryPath: string, targetPath: string): void {
  try {
    system.linkSync(temporaryPath, targetPath);
  } catch (error) {
    if (LINK_FAULTS.has(codeOf(error))) throw error;
    if (system.lstatSync(targetPath, { throwIfNoEntry: false }) !== undefined)
      throw Object.assign(new Error('already exists'), { code: 'EEXIST', syscall: 'rename' });
    system.renameSync(temporaryPath, targetPath);
    return;
  }
  system.unlinkSync(temporaryPath);
}

/** @throws ZnnError `io` in place of the system's "no such file", which would be said of the target */
export function assertThere(temporaryPath: string): void {
  if (system.lstatSync(temporaryPath, { throwIfNoEntry: false }) !== undefined) return;
  const name = path.basename(temporaryPath);
  throw new ZnnError('io', `another program removed ${name}, which was to become this file`);
}

import path from 'node:path';
import { toZnnError } from '../../errors.js';
import { syncFolder } from '../paths/folders.js';
import { system } from '../system.js';
import { forgetTemporary, registerTemporary, temporaryPathFor } from '../temporary/temporary-files.js';

/** Makes a durable link to `pointeePath`, relative, so that the folders of both may move together.
 * @throws ZnnError `io`, also when the name is taken */
export async function makeLink(linkPath: string, pointeePath: string): Promise<void> {
  try {
    system.symlinkSync(path.relative(path.dirname(linkPath), pointeePath), linkPath);
  } catch (error) {
    throw toZnnError(error, { file: linkPath });
  }
  await syncFolder(path.dirname(linkPath));
}

/** The same in place of the link that has the name, which leads to one or the other at any time.
 * @throws ZnnError `io` */
export async function replaceLink(linkPath: string, pointeePath: string): Promise<void> {
  const temporaryPath = temporaryPathFor(linkPath);
  registerTemporary(temporaryPath);
  try {
    system.symlinkSync(path.relative(path.dirname(linkPath), pointeePath), temporaryPath);
    try {
      system.renameSync(temporaryPath, linkPath);
    } catch (error) {
      system.unlinkSync(temporaryPath);
      throw error;
    }
  } catch (error) {
    throw toZnnError(error, { file: linkPath });
  } finally {
    forgetTemporary(temporaryPath);
  }
  await syncFolder(path.dirname(linkPath));
}

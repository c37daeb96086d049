import { system } from '../system.js';
import { codeOf, isUnsupported, type Refusal } from './refusals.js';

/** Makes what was written to a file durable. A file system without such a call is no failure, even before a source is removed:
 * it says the same of every file, so nobody on it has more, and cp, mv and rsync go on there too. An error of one that has
 * the call says that bytes are lost.
 * @returns what the file system refused
 * @throws what the system throws */
export async function syncFile(fd: number, filePath: string): Promise<readonly Refusal[]> {
  try {
    await system.fsync(fd);
    return [];
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    return [{ kind: 'durability', path: filePath, answer: codeOf(error) }];
  }
}

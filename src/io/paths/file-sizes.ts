import path from 'node:path';
import { system } from '../system.js';

/** More files of a folder than this are not looked at. */
const FILES_MAX = 1000;

/** A quick look: bytes of a file, or of the files that stand right in a folder; 0 where there is nothing to see.
 * Never throws. */
export function bytesAt(fileOrFolder: string): number {
  try {
    const stats = system.statSync(fileOrFolder);
    if (!stats.isDirectory()) return stats.size;
    return system
      .readdirSync(fileOrFolder)
      .slice(0, FILES_MAX)
      .map((name) => system.statSync(path.join(fileOrFolder, name), { throwIfNoEntry: false }))
      .reduce((sum, entry) => sum + (entry?.isFile() ? entry.size : 0), 0);
  } catch {
    return 0;
  }
}

import path from 'node:path';
import { system } from '../system.js';
import { absolutePathOf } from './absolute-path.js';

/** A file system, as far as a run must know it. */
export interface FileSystemSpace {
  /** Equal for all paths on it. */
  readonly deviceId: string;
  /** What this user may still write; `undefined` where the system does not say. */
  readonly freeBytes: number | undefined;
}

/** The file system that a path is on, or will be: then that of the nearest folder above that exists. Asks, and never
 * throws: what cannot be found out does not stand in the way of the run. */
export function fileSystemOf(anyPath: string): FileSystemSpace | undefined {
  const absolute = absolutePathOf(anyPath);
  try {
    const { dev } = system.statSync(absolute, { bigint: true });
    return { deviceId: String(dev), freeBytes: freeBytesAt(absolute) };
  } catch {
    const parent = path.dirname(absolute);
    return parent === absolute ? undefined : fileSystemOf(parent);
  }
}

function freeBytesAt(existingPath: string): number | undefined {
  try {
    const { bsize, bavail, blocks } = system.statfsSync(existingPath, { bigint: true });
    // Some file systems in user space answer with zeros.
    return blocks === 0n ? undefined : Number(bsize * bavail);
  } catch {
    return undefined;
  }
}

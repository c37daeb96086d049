import path from 'node:path';
import { cwd } from 'node:process';
import { system } from '../system.js';
import { REPLACEMENT } from './path-bytes.js';

/** `anyPath` from the root on, without `.` and `..`; links stay. As `path.resolve`, and right in a folder whose own name is no
 * UTF-8. */
export function absolutePathOf(anyPath: string): string {
  return path.isAbsolute(anyPath) ? path.resolve(anyPath) : path.resolve(workingFolder(), anyPath);
}

function workingFolder(): string {
  const folder = cwd();
  if (!folder.includes(REPLACEMENT)) return folder;
  try {
    return system.readlinkSync('/proc/self/cwd');
  } catch {
    return folder;
  }
}

import { constants } from 'node:fs';
import { toZnnError, ZnnError } from '../errors.js';
import { type ExactFileStats, type FileStats, system } from './system.js';

/** A regular file, open for reading, and what it looked like when it was opened. */
export interface InputFile {
  readonly path: string;
  readonly fd: number;
  readonly fileBytes: number;
  readonly stats: ExactFileStats;
}

// A FIFO without a writer would block the open call for ever.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Opens a file for reading, through links.
 * @throws ZnnError `io` when it cannot be opened or is no regular file. */
export function openInput(filePath: string): InputFile {
  let fd: number | undefined;
  try {
    fd = system.openSync(filePath, OPEN_FLAGS);
    const stats = system.fstatSync(fd, { bigint: true });
    if (!stats.isFile()) throw new ZnnError('io', `open: is ${describeKind(stats)}, not a regular file`);
    return { path: filePath, fd, fileBytes: Number(stats.size), stats };
  } catch (error) {
    if (fd !== undefined) closeQuietly(fd);
    throw toZnnError(error, { file: filePath });
  }
}

/** Closes a file that was only read: nothing can be lost by then. */
export function closeInput(input: InputFile): void {
  closeQuietly(input.fd);
}

/** @throws ZnnError `io` when the file has changed since it was opened. */
export function assertUnchanged(input: InputFile): void {
  const now = system.fstatSync(input.fd, { bigint: true });
  if (isUnchanged(now, input.stats)) return;
  const change =
    now.size === input.stats.size ? 'its time' : `its size, from ${input.stats.size} to ${now.size} bytes`;
  throw new ZnnError('io', `the file changed while it was read: ${change}`, { file: input.path });
}

/** Whether both are one file, and nothing was written to it from one look to the other. */
export function isUnchanged(one: ExactFileStats, other: ExactFileStats): boolean {
  return isSameFile(one, other) && one.size === other.size && one.mtimeNs === other.mtimeNs;
}

/** Linux's number for file systems in user space. Most make up inode numbers, and forget them when memory is short. */
const FUSE_TYPE = 0x65735546;

/** Whether a path still leads to the file that was looked at, and nothing was written to it.
 * @throws what the system throws */
export function isStillUnchanged(filePath: string, before: ExactFileStats): boolean {
  const now = system.statSync(filePath, { bigint: true });
  if (isUnchanged(now, before)) return true;
  const isAlike = now.dev === before.dev && now.size === before.size && now.mtimeNs === before.mtimeNs;
  return isAlike && now.ctimeNs === before.ctimeNs && system.statfsSync(filePath).type === FUSE_TYPE;
}

export function isSameFile(one: ExactFileStats, other: ExactFileStats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

/** What a path leads to, as a user would say it. */
export function describeKind(stats: FileStats | ExactFileStats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSymbolicLink()) return 'a link';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return stats.isFile() ? 'a file' : 'a device';
}

function closeQuietly(fd: number): void {
  try {
    system.closeSync(fd);
  } catch {
    // Closing a file that was only read loses nothing.
  }
}

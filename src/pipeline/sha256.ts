import { createHash } from 'node:crypto';
import { ZnnError } from '../errors.js';
import { forEachSlice } from './slices.js';

/** SHA-256 of the first `fileBytes` bytes, lower-case hex.
 * @throws ZnnError `truncated` or `io`, or the signal's reason */
export async function sha256Of(fd: number, fileBytes: number, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await forEachSlice(fd, fileBytes, signal, (slice) => hash.update(slice));
  return hash.digest('hex');
}

/** @throws ZnnError `corrupt` when the file is another one than the hash was taken of */
export async function assertSha256(
  fd: number,
  fileBytes: number,
  expected: string,
  signal?: AbortSignal,
): Promise<void> {
  const found = await sha256Of(fd, fileBytes, signal);
  if (found === expected) return;
  throw new ZnnError('corrupt', `restored file: its SHA-256 is ${found}, the frame index says ${expected}`);
}

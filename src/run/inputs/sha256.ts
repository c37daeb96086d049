import { ZnnError } from '../../errors.js';
import { assertBlobName } from '../../hub/blob-names.js';
import { startHash } from '../../io/hashes.js';
import type { InputFile } from '../../io/input-file.js';
import { forEachSlice } from '../../io/slices.js';

/** SHA-256 of the first `fileBytes` bytes, lower-case hex.
 * @throws ZnnError `truncated` or `io`, or the signal's reason */
export async function sha256Of(fd: number, fileBytes: number, signal?: AbortSignal): Promise<string> {
  const hash = await startHash('sha256');
  await forEachSlice(fd, fileBytes, signal, (slice) => hash.update(slice));
  return hash.digest('hex');
}

/** SHA-256 of pieces that come in order, lower-case hex. Between pieces the event loop has its turn.
 * @throws what the pieces throw, or the signal's reason */
async function sha256OfPieces(
  pieces: Iterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const hash = await startHash('sha256');
  for (const piece of pieces) {
    signal?.throwIfAborted();
    hash.update(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return hash.digest('hex');
}

/** @throws ZnnError `corrupt` when the frames hold another file than the hash was taken of */
export async function assertDecodedSha256(
  pieces: Iterable<Uint8Array>,
  expected: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  assertSame(await sha256OfPieces(pieces, signal), expected);
}

/** SHA-256 of a whole source. One that stands in a Hub cache under its SHA-256 must have it.
 * @throws ZnnError `corrupt` when it has not; otherwise as above */
export async function sha256OfSource(source: InputFile, signal?: AbortSignal): Promise<string> {
  const sha256 = await sha256Of(source.fd, source.fileBytes, signal);
  assertBlobName(source.path, sha256);
  return sha256;
}

/** @throws ZnnError `corrupt` when the file is another one than the hash was taken of */
export async function assertSha256(
  fd: number,
  fileBytes: number,
  expected: string,
  signal?: AbortSignal,
): Promise<void> {
  assertSame(await sha256Of(fd, fileBytes, signal), expected);
}

function assertSame(found: string, expected: string): void {
  if (found === expected) return;
  throw new ZnnError('corrupt', `restored file: its SHA-256 is ${found}, the frame index says ${expected}`);
}

import { readFully } from './positional.js';

/** What a slice has at most. */
export const SLICE_BYTES = 1 << 21;

/** Hands a file's bytes over, slice by slice, in one buffer that each slice overwrites. Between slices the event loop has
 * its turn, so that signals, timers and the messages of workers do not wait.
 * @throws ZnnError `truncated` or `io`, or the signal's reason */
export async function forEachSlice(
  fd: number,
  fileBytes: number,
  signal: AbortSignal | undefined,
  onSlice: (slice: Uint8Array, offset: number) => void,
): Promise<void> {
  const buffer = new Uint8Array(Math.min(SLICE_BYTES, fileBytes));
  for (let offset = 0; offset < fileBytes; offset += SLICE_BYTES) {
    signal?.throwIfAborted();
    const slice = buffer.subarray(0, Math.min(SLICE_BYTES, fileBytes - offset));
    readFully(fd, slice, offset);
    onSlice(slice, offset);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

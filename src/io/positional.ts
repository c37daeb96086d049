import { toZnnError, ZnnError } from '../errors.js';
import { system } from './system.js';

/** Most bytes asked of one read. Node aborts the process at 2^31, and a kernel may give less than asked. */
export const READ_CALL_MAX_BYTES = 1 << 26;
/** A write ends at the next multiple of this, counted from the start of the file. The page cache takes the memory of one
 * call in pieces as large as the call: pieces of MiB are seldom free and warm, and cost up to eight times as much as those
 * of 256 KiB (docs/performance.md). Below that the calls themselves begin to count. */
export const WRITE_CALL_MAX_BYTES = 1 << 18;
/** Most buffers of one `writev`: IOV_MAX on Linux and macOS. */
export const IO_CALL_MAX_BUFFERS = 1024;

/** Fills `view` with the bytes at `offset` of the file.
 * @throws ZnnError `truncated` when the file ends before that, `io` when the system fails; `where.offset` is set. */
export function readFully(fd: number, view: Uint8Array, offset: number): void {
  let doneBytes = 0;
  while (doneBytes < view.byteLength) {
    const askedBytes = Math.min(view.byteLength - doneBytes, READ_CALL_MAX_BYTES);
    const position = offset + doneBytes;
    const readBytes = withOffset(position, () => system.readSync(fd, view, doneBytes, askedBytes, position));
    if (readBytes === 0) {
      const missingBytes = view.byteLength - doneBytes;
      throw new ZnnError('truncated', `read: the file ends ${missingBytes} bytes too early`, {
        offset: position,
      });
    }
    doneBytes += readBytes;
  }
}

/** Writes all of `view` at `offset` of the file.
 * @throws ZnnError `io` when the system fails or takes nothing; `where.offset` is set. */
export function writeFully(fd: number, view: Uint8Array, offset: number): void {
  let doneBytes = 0;
  while (doneBytes < view.byteLength) {
    const position = offset + doneBytes;
    const askedBytes = Math.min(view.byteLength - doneBytes, writeRoomBytes(position));
    doneBytes += accepted(
      withOffset(position, () => system.writeSync(fd, view, doneBytes, askedBytes, position)),
      askedBytes,
      position,
    );
  }
}

/** Writes all of `views`, one after the other, from `offset` of the file, in as few calls as may be.
 * @throws ZnnError `io` when the system fails or takes nothing; `where.offset` is set. */
export function writevFully(fd: number, views: readonly Uint8Array[], offset: number): void {
  const pending = views.filter((view) => view.byteLength > 0);
  let position = offset;
  while (pending.length > 0) {
    const batch = takeBatch(pending, writeRoomBytes(position));
    const writtenBytes = accepted(
      withOffset(position, () => system.writevSync(fd, batch, position)),
      totalBytes(batch),
      position,
    );
    position += writtenBytes;
    dropBytes(pending, writtenBytes);
  }
}

/** What one write at `position` may carry. */
function writeRoomBytes(position: number): number {
  return WRITE_CALL_MAX_BYTES - (position % WRITE_CALL_MAX_BYTES);
}

/** The longest prefix of `views`, its last one cut if need be, that one call may carry. */
function takeBatch(views: readonly Uint8Array[], callBytes: number): Uint8Array[] {
  const batch: Uint8Array[] = [];
  let roomBytes = callBytes;
  for (const view of views.slice(0, IO_CALL_MAX_BUFFERS)) {
    batch.push(view.byteLength <= roomBytes ? view : view.subarray(0, roomBytes));
    roomBytes -= view.byteLength;
    if (roomBytes <= 0) break;
  }
  return batch;
}

/** Takes the first `byteCount` bytes off `views`. */
function dropBytes(views: Uint8Array[], byteCount: number): void {
  let leftBytes = byteCount;
  let doneViews = 0;
  for (const view of views) {
    if (leftBytes < view.byteLength) break;
    leftBytes -= view.byteLength;
    doneViews++;
  }
  views.splice(0, doneViews);
  if (leftBytes > 0 && views[0] !== undefined) views[0] = views[0].subarray(leftBytes);
}

function totalBytes(views: readonly Uint8Array[]): number {
  return views.reduce((sum, view) => sum + view.byteLength, 0);
}

// A device that takes nothing and reports no error would otherwise be asked for ever.
function accepted(writtenBytes: number, askedBytes: number, offset: number): number {
  if (writtenBytes > 0) return writtenBytes;
  throw new ZnnError('io', `write: 0 of ${askedBytes} bytes were taken`, { offset });
}

function withOffset(offset: number, call: () => number): number {
  try {
    return call();
  } catch (error) {
    throw toZnnError(error, { offset });
  }
}

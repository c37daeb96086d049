import { toZnnError, ZnnError } from '../../errors.js';
import { FRAME_HEADER_BYTES } from '../../format/frame/constants.js';
import { decodeFrameHeader } from '../../format/frame/header-decode.js';
import { decodeIndexTrailer } from '../../format/frame-index/document-decode.js';
import { type Checksum, type FrameIndex, INDEX_TRAILER_BYTES } from '../../format/frame-index/fields.js';
import { decodeIndexDocument } from '../../format/frame-index/index-decode.js';
import type { ByteSource } from '../../sources/byte-source.js';

/** A frame index and the empty frame that holds it. */
export interface FoundIndex {
  readonly index: FrameIndex;
  readonly frameOffset: number;
}

/** The frame index at the end of the file, or undefined when the file does not end with one.
 * @throws ZnnError `corrupt` or `unsupported` when it ends with a broken one, `io` when reading fails. */
export function findFrameIndex(source: ByteSource, checksum: Checksum): FoundIndex | undefined {
  const { sizeBytes } = source;
  if (sizeBytes < FRAME_HEADER_BYTES + INDEX_TRAILER_BYTES) return undefined;
  const trailer = decodeIndexTrailer(source.read(sizeBytes - INDEX_TRAILER_BYTES, INDEX_TRAILER_BYTES));
  if (trailer === undefined) return undefined;
  const frameBytes = FRAME_HEADER_BYTES + trailer.documentBytes + INDEX_TRAILER_BYTES;
  if (frameBytes > sizeBytes) {
    throw new ZnnError(
      'corrupt',
      `frame index: its frame of ${frameBytes} bytes exceeds the file's ${sizeBytes}`,
    );
  }
  const frameOffset = sizeBytes - frameBytes;
  const frame = source.read(frameOffset, frameBytes - INDEX_TRAILER_BYTES);
  try {
    checkIndexFrame(frame, frameBytes);
    const index = decodeIndexDocument(frame.subarray(FRAME_HEADER_BYTES), trailer, checksum);
    return { index, frameOffset };
  } catch (thrown) {
    throw toZnnError(thrown, { offset: frameOffset });
  }
}

function checkIndexFrame(frame: Uint8Array, frameBytes: number): void {
  const header = decodeFrameHeader(frame);
  if (
    header.rawBytes !== 0 ||
    header.headerBytes !== FRAME_HEADER_BYTES ||
    header.encodedBytes !== frameBytes
  ) {
    throw new ZnnError(
      'corrupt',
      `frame index: the frame before it is not an empty one of ${frameBytes} bytes`,
    );
  }
}

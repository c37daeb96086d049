import { ZnnError } from '../../errors.js';
import { chunkCountOf, cumulativeOffsetOf, tableBytesOf } from '../../format/frame/geometry.js';
import { FRAME_HEADER_MAX_BYTES, type FrameHeader, mayHaveShape } from '../../format/frame/header.js';
import { decodeFrameHeader } from '../../format/frame/header-decode.js';
import { readU64, sumText } from '../../format/frame/u64.js';
import type { ByteSource } from '../../sources/byte-source.js';

/** Read at the start of each frame: a header without a shape, and the tables of any frame of ours. A file may have a million
 * frames, so it is no more than that. */
const WINDOW_BYTES = 1024;
const U64_BYTES = 8;

/** A frame's header and where its payload, as its tables have it, ends. */
export interface FrameReading {
  readonly header: FrameHeader;
  readonly payloadEnd: number;
}

/** The frame that starts at `frameOffset`, with all of its declared length within the file.
 * @throws ZnnError `truncated`, `corrupt`, `unsupported` or `io`, with `where.offset`. */
export function readFrame(source: ByteSource, frameOffset: number): FrameReading {
  const availableBytes = source.sizeBytes - frameOffset;
  const window = readWindow(source, frameOffset, availableBytes);
  const header = decodeFrameHeader(window);
  if (header.encodedBytes > availableBytes) {
    throw new ZnnError(
      'truncated',
      `frame header: encoded bytes ${header.encodedBytes} exceeds the ${availableBytes} that are left`,
    );
  }
  const payloadBytes = readPayloadBytes(source, frameOffset, header, window);
  return { header, payloadEnd: frameOffset + payloadBytes };
}

function readWindow(source: ByteSource, frameOffset: number, availableBytes: number): Uint8Array {
  const window = source.read(frameOffset, Math.min(WINDOW_BYTES, availableBytes));
  if (!mayHaveShape(window) || availableBytes <= WINDOW_BYTES) return window;
  return source.read(frameOffset, Math.min(FRAME_HEADER_MAX_BYTES, availableBytes));
}

/** Header, tables and the planes' data: plane p takes what its last cumulative size says. */
function readPayloadBytes(
  source: ByteSource,
  frameOffset: number,
  header: FrameHeader,
  window: Uint8Array,
): number {
  const { headerBytes, planeCount, encodedBytes } = header;
  const chunkCount = chunkCountOf(header.rawBytes, header.chunkBytes);
  let payloadBytes = headerBytes + tableBytesOf(planeCount, chunkCount);
  if (chunkCount === 0) return payloadBytes;
  for (let plane = 0; plane < planeCount; plane++) {
    const offset = headerBytes + cumulativeOffsetOf(planeCount, chunkCount, plane, chunkCount - 1);
    const bytes =
      offset + U64_BYTES <= window.length
        ? window.subarray(offset, offset + U64_BYTES)
        : source.read(frameOffset + offset, U64_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    payloadBytes += readU64(view, 0, `frame tables: bytes of plane ${plane}`);
    if (payloadBytes > encodedBytes) {
      throw new ZnnError(
        'corrupt',
        `frame tables: the planes end at ${sumText(payloadBytes)}, the frame at ${encodedBytes}`,
      );
    }
  }
  return payloadBytes;
}

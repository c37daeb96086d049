// Sizes and positions inside a frame that follow from its header alone. docs/format.md, "Frame body".

import { CHUNK_TABLE_ENTRY_BYTES, FRAME_HEADER_BYTES, HUFFMAN_BLOCK_MAX_BYTES } from './constants.js';
import type { FrameGeometry } from './frames.js';

/** Bytes of a u64 in the cumulative table. */
const CUMULATIVE_BYTES = 8;

/** Chunks of a frame, the last of which may be short; 0 for an empty frame. */
export function chunkCountOf(rawBytes: number, chunkBytes: number): number {
  return Math.ceil(rawBytes / chunkBytes);
}

/** Raw bytes of chunk `chunkIndex`: `chunkBytes` in every chunk but the last. */
export function chunkRawBytesOf(
  frame: Pick<FrameGeometry, 'rawBytes' | 'chunkBytes'>,
  chunkIndex: number,
): number {
  return Math.min(frame.chunkBytes, frame.rawBytes - chunkIndex * frame.chunkBytes);
}

/** Bytes of plane `planeIndex` in a chunk of `chunkRawBytes`: an even share, with the remainder going to the first
 * planes, one byte each. */
export function planeBytesOf(chunkRawBytes: number, planeCount: number, planeIndex: number): number {
  return Math.floor((chunkRawBytes + planeCount - 1 - planeIndex) / planeCount);
}

/** Bytes of both tables: a type byte and a cumulative u64 for each chunk of each plane. */
export function tableBytesOf(planeCount: number, chunkCount: number): number {
  return planeCount * chunkCount * CHUNK_TABLE_ENTRY_BYTES;
}

/** Offset, from the start of the tables, of the type byte of a chunk. The table is plane-major. */
export function typeOffsetOf(chunkCount: number, planeIndex: number, chunkIndex: number): number {
  return planeIndex * chunkCount + chunkIndex;
}

/** Offset, from the start of the tables, of the u64 that says where a chunk of a plane ends within that plane. */
export function cumulativeOffsetOf(
  planeCount: number,
  chunkCount: number,
  planeIndex: number,
  chunkIndex: number,
): number {
  return planeCount * chunkCount + (planeIndex * chunkCount + chunkIndex) * CUMULATIVE_BYTES;
}

/** The most bytes that a frame of znn's takes: header, tables, and every chunk raw. */
export function encodedBytesMax(rawBytes: number, planeCount: number, chunkBytes: number): number {
  return FRAME_HEADER_BYTES + tableBytesOf(planeCount, chunkCountOf(rawBytes, chunkBytes)) + rawBytes;
}

/** The fewest bytes that a frame can take: each part of a chunk costs its table entry and one byte, or all of its bytes
 * when it is too long for a Huffman block. So no frame expands by more than
 * HUFFMAN_BLOCK_MAX_BYTES / (CHUNK_TABLE_ENTRY_BYTES + 1), some 13,100 times, and one that claims to is refused. */
export function encodedBytesMin(frame: Omit<FrameGeometry, 'encodedBytes' | 'rotated'>): number {
  const { headerBytes, planeCount, rawBytes, chunkBytes } = frame;
  const chunkCount = chunkCountOf(rawBytes, chunkBytes);
  const lastRawBytes = chunkCount === 0 ? 0 : chunkRawBytesOf(frame, chunkCount - 1);
  let payloadBytes = 0;
  for (let plane = 0; plane < planeCount; plane++) {
    payloadBytes += Math.max(0, chunkCount - 1) * partBytesMin(planeBytesOf(chunkBytes, planeCount, plane));
    payloadBytes += partBytesMin(planeBytesOf(lastRawBytes, planeCount, plane));
  }
  return headerBytes + tableBytesOf(planeCount, chunkCount) + payloadBytes;
}

function partBytesMin(partRawBytes: number): number {
  return partRawBytes > HUFFMAN_BLOCK_MAX_BYTES ? partRawBytes : Math.min(1, partRawBytes);
}

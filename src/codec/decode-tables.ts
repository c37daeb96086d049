// The tables of a frame: which streams a run of chunks consists of and where they stand. Everything here comes from a
// file and is compared with the frame's own size before it is used. docs/format.md, "Frame body".

import { ZnnError } from '../errors.js';
import { HUFFMAN_BLOCK_MAX_BYTES } from '../format/constants.js';
import { chunkCountOf, chunkRawBytesOf, planeBytesOf, tableBytesOf } from '../format/frame-geometry.js';
import type { FrameGeometry } from '../format/frames.js';
import type { DecodeRun } from './decode-runs.js';

/** One stream: a chunk's part of a plane. */
export interface Stream {
  /** 0 raw, 1 Huffman. */
  readonly type: number;
  /** Start within its plane. */
  readonly start: number;
  readonly end: number;
}

/** For each plane, the streams of a run. */
export type RunStreams = readonly (readonly Stream[])[];

/** The streams of `run`. For each plane, `types` holds its type bytes and `ends` its cumulative sizes (u64), the latter
 * with the entry before the run in front, if the run does not start the frame.
 * @throws ZnnError `corrupt` */
export function readStreams(
  frame: FrameGeometry,
  run: DecodeRun,
  types: readonly Uint8Array[],
  ends: readonly Uint8Array[],
): RunStreams {
  return types.map((planeTypes, planeIndex) => {
    const view = viewOf(ends[planeIndex] ?? new Uint8Array());
    let at = 0;
    let start = 0;
    if (run.chunkStart > 0) {
      start = readSize(view, 0, frame, planeIndex, run.chunkStart - 1);
      at = 8;
    }
    return Array.from(planeTypes, (type, indexInRun) => {
      const chunkIndex = run.chunkStart + indexInRun;
      const end = readSize(view, at + indexInRun * 8, frame, planeIndex, chunkIndex);
      const stream = { type, start, end };
      checkStream(stream, frame, planeIndex, chunkIndex);
      start = end;
      return stream;
    });
  });
}

/** Offset of each plane from the start of the frame, by the last cumulative size of each.
 * @throws ZnnError `corrupt` when the planes do not fill the frame exactly. */
export function planeOffsetsOf(frame: FrameGeometry, lastEnds: readonly Uint8Array[]): number[] {
  const chunkCount = chunkCountOf(frame.rawBytes, frame.chunkBytes);
  let offset = frame.headerBytes + tableBytesOf(frame.planeCount, chunkCount);
  const offsets = lastEnds.map((lastEnd, planeIndex) => {
    const planeOffset = offset;
    offset += readSize(viewOf(lastEnd), 0, frame, planeIndex, chunkCount - 1);
    return planeOffset;
  });
  if (offset !== frame.encodedBytes) {
    throw new ZnnError(
      'corrupt',
      `frame tables: the planes end at byte ${offset} of the frame, which ends at ${frame.encodedBytes}`,
    );
  }
  return offsets;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readSize(
  view: DataView,
  at: number,
  frame: FrameGeometry,
  planeIndex: number,
  chunkIndex: number,
): number {
  const size = view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000;
  if (size > frame.encodedBytes) {
    throw badStream(
      planeIndex,
      chunkIndex,
      `cumulative size ${view.getBigUint64(at, true)} exceeds the frame's ${frame.encodedBytes} bytes`,
    );
  }
  return size;
}

function checkStream(
  { type, start, end }: Stream,
  frame: FrameGeometry,
  planeIndex: number,
  chunkIndex: number,
): void {
  const bytes = end - start;
  const planeBytes = planeBytesOf(chunkRawBytesOf(frame, chunkIndex), frame.planeCount, planeIndex);
  const fail = (problem: string): never => {
    throw badStream(planeIndex, chunkIndex, problem);
  };
  if (type > 1) fail(`type ${type}, allowed are 0 (raw) and 1 (Huffman)`);
  if (bytes < 0) fail(`cumulative size falls from ${start} to ${end}`);
  if (type === 0 && bytes !== planeBytes) fail(`raw stream of ${bytes} bytes, expected ${planeBytes}`);
  if (type === 1 && (bytes === 0 || bytes > planeBytes)) {
    fail(`Huffman stream of ${bytes} bytes, allowed are 1 to ${planeBytes}`);
  }
  if (type === 1 && planeBytes > HUFFMAN_BLOCK_MAX_BYTES && bytes !== planeBytes) {
    fail(`Huffman stream for ${planeBytes} bytes, a block holds at most ${HUFFMAN_BLOCK_MAX_BYTES}`);
  }
}

function badStream(planeIndex: number, chunkIndex: number, problem: string): ZnnError {
  return new ZnnError('corrupt', `frame tables: plane ${planeIndex}, chunk ${chunkIndex}: ${problem}`);
}

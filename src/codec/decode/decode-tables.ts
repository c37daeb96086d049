// The tables of a frame: which streams a run of chunks consists of and where they stand. Everything here comes from a
// file and is compared with the frame's own size before it is used. docs/format.md, "Frame body".

import { ZnnError } from '../../errors.js';
import { HUFFMAN_BLOCK_MAX_BYTES } from '../../format/frame/constants.js';
import type { FrameGeometry } from '../../format/frame/frames.js';
import { chunkCountOf, chunkRawBytesOf, planeBytesOf, tableBytesOf } from '../../format/frame/geometry.js';
import type { DecodeRun } from './decode-runs.js';

/** A plane's streams in a run, one a chunk: stream i goes from `ends[i]` to `ends[i + 1]` within its plane. */
export interface PlaneStreams {
  /** 0 raw, 1 Huffman. */
  readonly types: Uint8Array;
  readonly ends: Float64Array;
}

/** The streams of `run`, by plane. For each plane, `types` holds its type bytes and `ends` its cumulative sizes (u64), the latter
 * with the entry before the run in front, if the run does not start the frame.
 * @throws ZnnError `corrupt` */
export function readStreams(
  frame: FrameGeometry,
  run: DecodeRun,
  types: readonly Uint8Array[],
  ends: readonly Uint8Array[],
): PlaneStreams[] {
  return types.map((planeTypes, planeIndex) => {
    const planeEnds = readEnds(frame, run, planeIndex, ends[planeIndex] ?? new Uint8Array());
    for (let i = 0; i < planeTypes.length; i++) {
      const start = planeEnds[i] ?? 0;
      checkStream(planeTypes[i] ?? 0, start, planeEnds[i + 1] ?? 0, frame, planeIndex, run.chunkStart + i);
    }
    return { types: planeTypes, ends: planeEnds };
  });
}

function readEnds(frame: FrameGeometry, run: DecodeRun, planeIndex: number, bytes: Uint8Array): Float64Array {
  const view = viewOf(bytes);
  const planeEnds = new Float64Array(run.chunkEnd - run.chunkStart + 1);
  // The first stream of a plane begins at 0, which no entry says.
  const first = run.chunkStart === 0 ? 1 : 0;
  for (let i = first; i < planeEnds.length; i++)
    planeEnds[i] = readSize(view, (i - first) * 8, frame, planeIndex, run.chunkStart + i - 1);
  return planeEnds;
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
  type: number,
  start: number,
  end: number,
  frame: FrameGeometry,
  planeIndex: number,
  chunkIndex: number,
): void {
  const planeBytes = planeBytesOf(chunkRawBytesOf(frame, chunkIndex), frame.planeCount, planeIndex);
  const problem = problemOf(type, start, end, planeBytes);
  if (problem !== undefined) throw badStream(planeIndex, chunkIndex, problem);
}

function problemOf(type: number, start: number, end: number, planeBytes: number): string | undefined {
  const bytes = end - start;
  if (type > 1) return `type ${type}, allowed are 0 (raw) and 1 (Huffman)`;
  if (bytes < 0) return `cumulative size falls from ${start} to ${end}`;
  if (type === 0)
    return bytes === planeBytes ? undefined : `raw stream of ${bytes} bytes, expected ${planeBytes}`;
  if (bytes === 0 || bytes > planeBytes)
    return `Huffman stream of ${bytes} bytes, allowed are 1 to ${planeBytes}`;
  if (planeBytes > HUFFMAN_BLOCK_MAX_BYTES && bytes !== planeBytes)
    return `Huffman stream for ${planeBytes} bytes, a block holds at most ${HUFFMAN_BLOCK_MAX_BYTES}`;
  return undefined;
}

function badStream(planeIndex: number, chunkIndex: number, problem: string): ZnnError {
  return new ZnnError('corrupt', `frame tables: plane ${planeIndex}, chunk ${chunkIndex}: ${problem}`);
}

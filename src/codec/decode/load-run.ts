// Reads what a run of chunks needs into the kernels' memory: a small frame in one read; of another its tables, or of large tables the
// run's piece, and the run's piece of each plane.

import type { DecodeFrame } from '../../format/frame/frames.js';
import {
  chunkCountOf,
  cumulativeOffsetOf,
  planeBytesOf,
  tableBytesOf,
  typeOffsetOf,
} from '../../format/frame/geometry.js';
import type { Kernels } from '../kernels.js';
import { ENCODED } from '../memory.js';
import type { LoadedPlane } from './decode-chunk.js';
import { type DecodeRun, isPartOfChunk, isWholeFrame } from './decode-runs.js';
import { type PlaneStreams, planeOffsetsOf, readStreams } from './decode-tables.js';

const U64_BYTES = 8;
/** Header and tables up to this size are read at once: some 900 chunks of two planes. Of larger ones a run needs a small part. */
const HEAD_MAX_BYTES = 16 << 10;

/** Fills `view` with the bytes that stand at `offset` of the file that a frame's `frameOffset` counts in: from a file, or from memory.
 * @throws ZnnError `truncated` or `io` */
export type ReadInto = (view: Uint8Array, offset: number) => void;

/** `length` bytes at `offset` of the frame. */
type ReadFrame = (offset: number, length: number) => Uint8Array;

/** Loads the planes of `run`; the memory at ENCODED holds their streams until the next call. Of a run that is a part of a chunk, each
 * plane has one stream.
 * @throws ZnnError `corrupt`, `truncated` or `io` */
export function loadRun(
  kernels: Kernels,
  readInto: ReadInto,
  frame: DecodeFrame,
  run: DecodeRun,
): LoadedPlane[] {
  const loaded = kernels.bytes.subarray(ENCODED, ENCODED + headBytesOf(frame, run));
  readInto(loaded, frame.frameOffset);
  const readFrame: ReadFrame = (offset, length) => {
    if (offset + length <= loaded.length) return loaded.subarray(offset, offset + length);
    const piece = new Uint8Array(length);
    readInto(piece, frame.frameOffset + offset);
    return piece;
  };
  const planeOffsets = readPlaneOffsets(frame, readFrame);
  const streams = readRunStreams(frame, run, readFrame);
  if (isWholeFrame(frame, run))
    return streams.map((plane, i) => ({ ...plane, address: ENCODED + (planeOffsets[i] ?? 0) }));
  if (isPartOfChunk(frame, run)) return loadPart(kernels, readInto, frame, run, streams, planeOffsets);
  let address = ENCODED + loaded.length;
  return streams.map((plane, planeIndex) => {
    const start = plane.ends[0] ?? 0;
    const end = plane.ends.at(-1) ?? 0;
    const target = kernels.bytes.subarray(address, address + end - start);
    readInto(target, frame.frameOffset + (planeOffsets[planeIndex] ?? 0) + start);
    address += target.length;
    return { ...plane, address: address - end };
  });
}

/** What one read gets first: all of a frame that is one run; else the frame's header and tables, unless they are large. */
function headBytesOf(frame: DecodeFrame, run: DecodeRun): number {
  if (isWholeFrame(frame, run)) return frame.encodedBytes;
  const chunkCount = chunkCountOf(frame.rawBytes, frame.chunkBytes);
  const headBytes = frame.headerBytes + tableBytesOf(frame.planeCount, chunkCount);
  return headBytes <= HEAD_MAX_BYTES ? headBytes : 0;
}

function readPlaneOffsets(frame: DecodeFrame, readFrame: ReadFrame): number[] {
  const chunkCount = chunkCountOf(frame.rawBytes, frame.chunkBytes);
  return planeOffsetsOf(
    frame,
    planeIndexes(frame).map((planeIndex) =>
      readFrame(
        frame.headerBytes + cumulativeOffsetOf(frame.planeCount, chunkCount, planeIndex, chunkCount - 1),
        U64_BYTES,
      ),
    ),
  );
}

function readRunStreams(frame: DecodeFrame, run: DecodeRun, readFrame: ReadFrame): PlaneStreams[] {
  const { headerBytes, planeCount } = frame;
  const chunkCount = chunkCountOf(frame.rawBytes, frame.chunkBytes);
  const runChunks = run.chunkEnd - run.chunkStart;
  const types = planeIndexes(frame).map((planeIndex) =>
    readFrame(headerBytes + typeOffsetOf(chunkCount, planeIndex, run.chunkStart), runChunks),
  );
  const firstEnd = Math.max(run.chunkStart - 1, 0);
  const ends = planeIndexes(frame).map((planeIndex) =>
    readFrame(
      headerBytes + cumulativeOffsetOf(planeCount, chunkCount, planeIndex, firstEnd),
      (run.chunkEnd - firstEnd) * U64_BYTES,
    ),
  );
  return readStreams(frame, run, types, ends);
}

/** A chunk above DECODE_RUN_BYTES has planes above a Huffman block's size, and `readStreams` has made sure that those are
 * plain copies: any range of them can be merged on its own. */
function loadPart(
  kernels: Kernels,
  readInto: ReadInto,
  frame: DecodeFrame,
  run: DecodeRun,
  streams: readonly PlaneStreams[],
  planeOffsets: readonly number[],
): LoadedPlane[] {
  const partBytes = run.rawEnd - run.rawStart;
  // Parts start at multiples of DECODE_RUN_BYTES, so at whole elements.
  const partStart = (run.rawStart - run.chunkStart * frame.chunkBytes) / frame.planeCount;
  let address = ENCODED;
  return streams.map((plane, planeIndex) => {
    const bytes = planeBytesOf(partBytes, frame.planeCount, planeIndex);
    const target = kernels.bytes.subarray(address, address + bytes);
    const offsetInPlane = (plane.ends[0] ?? 0) + partStart;
    readInto(target, frame.frameOffset + (planeOffsets[planeIndex] ?? 0) + offsetInPlane);
    address += bytes;
    return { types: new Uint8Array(1), ends: Float64Array.of(0, bytes), address: address - bytes };
  });
}

function planeIndexes(frame: DecodeFrame): number[] {
  return Array.from({ length: frame.planeCount }, (_, planeIndex) => planeIndex);
}

// Reads what is to be encoded into the kernels' memory.

import { type RawAddress, standingAtRaw } from '../../codec/encode/encode-run.js';
import type { Kernels } from '../../codec/kernels.js';
import { RAW } from '../../codec/memory.js';
import type { FramePlan } from '../../format/frame/frames.js';
import { readFully } from '../../io/positional.js';
import type { CompressJob } from '../job/protocol.js';

/** What is read at a time: a few chunks, so that the processor still has them in its second cache when they are encoded, and the next
 * ones find the memory there (docs/performance.md). Chunks do not cross it. */
const PIECE_BYTES = 512 << 10;

/** Reads a frame of `job`: at once where an encoding is to be chosen, a base to be taken off, or the frame is stored; else in pieces, as
 * they are asked for.
 * @throws ZnnError `truncated` or `io`, as does the returned function */
export function readRaw(kernels: Kernels, frame: FramePlan, { sourceFd, baseFd }: CompressJob): RawAddress {
  const { rawBytes, rawOffset, isStored, encoding, baseOffset } = frame;
  const hasBase = baseFd !== undefined && baseOffset !== undefined;
  if (!isStored && encoding !== 'auto' && !hasBase)
    return readInPieces(kernels, sourceFd, rawOffset, rawBytes);
  readFully(sourceFd, kernels.bytes.subarray(RAW, RAW + rawBytes), rawOffset);
  return standingAtRaw;
}

/** Reads `rawBytes` bytes at `fileOffset` piece by piece, each to RAW in the place of the one before, when its first chunk is asked for.
 * The returned function throws ZnnError `truncated` or `io`. */
export function readInPieces(kernels: Kernels, fd: number, fileOffset: number, rawBytes: number): RawAddress {
  return (offset) => {
    const offsetInPiece = offset % PIECE_BYTES;
    if (offsetInPiece === 0) {
      const pieceBytes = Math.min(PIECE_BYTES, rawBytes - offset);
      readFully(fd, kernels.bytes.subarray(RAW, RAW + pieceBytes), fileOffset + offset);
    }
    return RAW + offsetInPiece;
  };
}

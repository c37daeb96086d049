// The unit of decoding is a run of chunks inside one frame: a whole small frame, half of a usual one of ours, a piece of one
// that is larger than memory, or, where a single chunk is larger than a run, a part of that chunk.

import { CHECKSUM_RUN_BYTES } from '../../format/frame/constants.js';
import type { DecodeFrame, FrameGeometry } from '../../format/frame/frames.js';
import { chunkCountOf } from '../../format/frame/geometry.js';
import { DECODE_RUN_BYTES, ENCODED_BYTES, RUN_CHUNKS } from '../memory.js';

export interface DecodeRun {
  readonly chunkStart: number;
  readonly chunkEnd: number;
  /** Range of the frame's raw bytes; at chunk boundaries, unless the run is a part of one chunk. */
  readonly rawStart: number;
  readonly rawEnd: number;
}

/** What one worker takes at a time: runs of one frame, in order. */
export interface DecodeUnit {
  readonly frameIndex: number;
  readonly runs: readonly DecodeRun[];
  /** XXH64 of the raw bytes of all its runs. */
  readonly checksum?: bigint;
}

/** The units of a file, made frame by frame as they are asked for: a file may have a million frames. */
export class DecodeUnits {
  private frameIndex = -1;
  /** The units of that frame, and the number of the first. */
  private units: readonly DecodeUnit[] = [];
  private firstUnit = 0;

  constructor(private readonly frames: readonly DecodeFrame[]) {}

  /** Unit `unitIndex`, undefined beyond the last. Each call asks for a later one than the one before. */
  at(unitIndex: number): DecodeUnit | undefined {
    while (unitIndex >= this.firstUnit + this.units.length) {
      this.firstUnit += this.units.length;
      this.frameIndex++;
      const frame = this.frames[this.frameIndex];
      if (frame === undefined) return undefined;
      this.units = decodeUnitsOf(frame, this.frameIndex);
    }
    return this.units[unitIndex - this.firstUnit];
  }
}

/** The units of a frame. What one checksum covers is one unit, since the checksum is taken in order; the runs of a frame
 * without any go to any worker. */
export function decodeUnitsOf(frame: DecodeFrame, frameIndex: number): DecodeUnit[] {
  const runs = decodeRunsOf(frame);
  const { checksum, runChecksums } = frame;
  if (checksum !== undefined) return [{ frameIndex, runs, checksum }];
  if (runChecksums !== undefined) {
    return checksumUnits(runs, runChecksums, { frameIndex, runBytes: runBytesOf(frame) });
  }
  return runs.map((run) => ({ frameIndex, runs: [run] }));
}

/** One unit for each checksum. Runs divide CHECKSUM_RUN_BYTES: both are powers of two, and a run is no larger. */
function checksumUnits(
  runs: readonly DecodeRun[],
  runChecksums: readonly bigint[],
  { frameIndex, runBytes }: { readonly frameIndex: number; readonly runBytes: number },
): DecodeUnit[] {
  const runsEach = CHECKSUM_RUN_BYTES / runBytes;
  return runChecksums.map((checksum, i) => {
    return { frameIndex, runs: runs.slice(i * runsEach, (i + 1) * runsEach), checksum };
  });
}

/** True when the run is its whole frame and the encoded frame fits into memory, so that one read gets it all. */
export function isWholeFrame(frame: FrameGeometry, run: DecodeRun): boolean {
  return run.rawStart === 0 && run.rawEnd === frame.rawBytes && frame.encodedBytes <= ENCODED_BYTES;
}

/** True when the run is less than the one chunk that it belongs to. */
export function isPartOfChunk(frame: FrameGeometry, run: DecodeRun): boolean {
  return (
    run.rawStart % frame.chunkBytes !== 0 ||
    (run.rawEnd % frame.chunkBytes !== 0 && run.rawEnd !== frame.rawBytes)
  );
}

function runBytesOf({ chunkBytes }: FrameGeometry): number {
  return Math.min(DECODE_RUN_BYTES, RUN_CHUNKS * chunkBytes);
}

function decodeRunsOf(frame: FrameGeometry): DecodeRun[] {
  const { rawBytes, chunkBytes } = frame;
  const chunkCount = chunkCountOf(rawBytes, chunkBytes);
  const runBytes = runBytesOf(frame);
  const runs: DecodeRun[] = [];
  for (let rawStart = 0; rawStart < rawBytes; rawStart += runBytes) {
    const rawEnd = Math.min(rawStart + runBytes, rawBytes);
    const chunkStart = Math.floor(rawStart / chunkBytes);
    runs.push({
      rawStart,
      rawEnd,
      chunkStart,
      chunkEnd: Math.min(Math.ceil(rawEnd / chunkBytes), chunkCount),
    });
  }
  return runs;
}

// How a compress job is shared out, and where each frame keeps what its workers have to tell. Both ends compute this from
// the job's frames.

import { chunkBytesOf } from '../../codec/encode/encode-run.js';
import { CHECKSUM_RUN_BYTES, FRAME_RAW_BYTES } from '../../format/frame/constants.js';
import { ENCODINGS } from '../../format/frame/dtypes.js';
import type { FramePlan } from '../../format/frame/frames.js';
import { chunkCountOf } from '../../format/frame/geometry.js';

/** What one worker takes at a time: a frame, several small ones in one read, or a run of one larger than a worker's
 * memory. */
export type EncodeUnit = FrameUnit | BatchUnit | RunUnit;

export interface FrameUnit {
  readonly kind: 'frame';
  readonly frameIndex: number;
}

export interface BatchUnit {
  readonly kind: 'batch';
  readonly frameStart: number;
  readonly frameEnd: number;
}

export interface RunUnit {
  readonly kind: 'run';
  readonly frameIndex: number;
  /** Range of the frame's raw bytes. */
  readonly rawStart: number;
  readonly rawEnd: number;
}

/** The units in the order in which their output stands in the target. Frames of a `.znn` file are units of their own;
 * tensors and stored ranges below FRAME_RAW_BYTES go together as long as what they span is no more than that. */
export function encodeUnitsOf(frames: readonly FramePlan[]): EncodeUnit[] {
  const units: EncodeUnit[] = [];
  let batchStart = 0;
  const endBatch = (frameEnd: number) => {
    if (frameEnd === batchStart + 1) units.push({ kind: 'frame', frameIndex: batchStart });
    else if (frameEnd > batchStart) units.push({ kind: 'batch', frameStart: batchStart, frameEnd });
    batchStart = frameEnd;
  };
  for (const [frameIndex, frame] of frames.entries()) {
    const isLarge = frame.rawBytes > FRAME_RAW_BYTES;
    const isAlone = isLarge || (frame.tensor === undefined && !frame.isStored);
    const first = frames[batchStart];
    if (isAlone || (first !== undefined && !fitsOneRead(first, frame))) endBatch(frameIndex);
    if (isLarge) {
      for (const unit of runUnitsOf(frame, frameIndex)) units.push(unit);
      batchStart = frameIndex + 1;
    } else if (isAlone) endBatch(frameIndex + 1);
  }
  endBatch(frames.length);
  return units;
}

function fitsOneRead(first: FramePlan, last: FramePlan): boolean {
  const spanBytes = last.rawOffset + last.rawBytes - first.rawOffset;
  return last.rawOffset >= first.rawOffset && spanBytes <= FRAME_RAW_BYTES;
}

function runUnitsOf({ rawBytes }: FramePlan, frameIndex: number): RunUnit[] {
  return Array.from({ length: Math.ceil(rawBytes / FRAME_RAW_BYTES) }, (_, i) => ({
    kind: 'run',
    frameIndex,
    rawStart: i * FRAME_RAW_BYTES,
    rawEnd: Math.min((i + 1) * FRAME_RAW_BYTES, rawBytes),
  }));
}

/** Which shared slots belong to a frame: for each kind the first, with that of the frame after the last at the end. */
export interface EncodeSlots {
  /** One for each CHECKSUM_RUN_BYTES, and at least one. */
  readonly checksums: readonly number[];
  /** For a frame that is encoded in runs, a count of those that are written, then one for each stream, plane after plane. */
  readonly streams: readonly number[];
}

export function encodeSlotsOf(frames: readonly FramePlan[]): EncodeSlots {
  return { checksums: startsOf(frames, checksumCountOf), streams: startsOf(frames, streamCountOf) };
}

function checksumCountOf({ rawBytes }: FramePlan): number {
  return Math.max(1, Math.ceil(rawBytes / CHECKSUM_RUN_BYTES));
}

function streamCountOf({ rawBytes, encoding, isStored }: FramePlan): number {
  if (rawBytes <= FRAME_RAW_BYTES || isStored || encoding === 'auto') return 0;
  return 1 + ENCODINGS[encoding].planeCount * chunkCountOf(rawBytes, chunkBytesOf(encoding));
}

function startsOf(frames: readonly FramePlan[], countOf: (frame: FramePlan) => number): number[] {
  const starts = [0];
  let end = 0;
  for (const frame of frames) {
    end += countOf(frame);
    starts.push(end);
  }
  return starts;
}

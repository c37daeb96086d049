// Frames as plain data: what is to be encoded, what was encoded, what is to be decoded.

import type { Encoding, EncodingChoice, PlaneLayout } from './dtypes.js';

/** A range of the source that becomes one frame. Frames are contiguous from 0 and cover the file. */
export interface FramePlan {
  readonly rawOffset: number;
  readonly rawBytes: number;
  readonly encoding: EncodingChoice;
}

/** What the encoder did with one frame. */
export interface EncodedFrame {
  readonly frameOffset: number;
  readonly encodedBytes: number;
  readonly rawBytes: number;
  readonly encoding: Encoding;
  /** XXH64 of the raw bytes. */
  readonly checksum: bigint;
}

/** The sizes of a frame, from its header, every number already checked. */
export interface FrameGeometry extends PlaneLayout {
  /** Whole frame, header included. */
  readonly encodedBytes: number;
  /** 32, plus a shape where the input format says so. */
  readonly headerBytes: number;
  readonly rawBytes: number;
  /** Raw bytes of a chunk: a power of two, already clamped for one plane. */
  readonly chunkBytes: number;
}

/** A frame as its header (and the frame index, if there is one) describe it, every number already checked. */
export interface DecodeFrame extends FrameGeometry {
  readonly frameOffset: number;
  /** Where the frame's raw bytes belong in the restored file. */
  readonly rawOffset: number;
  /** Name of the dtype code, for `info`. */
  readonly dtypeName: string;
  /** XXH64 of the raw bytes, from the frame index. */
  readonly checksum?: bigint;
}

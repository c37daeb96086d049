// Frames as plain data: what is to be encoded, what was encoded, what is to be decoded.

import type { Encoding, EncodingChoice, PlaneLayout } from './dtypes.js';

/** A range of the source that becomes one frame. In a `.znn` file frames are contiguous from 0 and cover the source. */
export interface FramePlan {
  readonly rawOffset: number;
  /** At most FRAME_RAW_BYTES, unless the frame is a tensor's or stored. */
  readonly rawBytes: number;
  /** Not `auto` for a tensor's frame, whose runs are encoded apart. */
  readonly encoding: EncodingChoice;
  /** Present for the frame of one tensor, which is written only if it is small enough. */
  readonly tensor?: TensorFrame;
  /** The bytes are copied as they are, without a frame around them. */
  readonly isStored?: boolean;
  /** The bytes are XORed with as many of the base's, from here on. */
  readonly baseOffset?: number;
}

/** What the frame of one tensor says of it. */
export interface TensorFrame {
  readonly shape: readonly number[];
  /** Byte 15 of the frame header. */
  readonly dtypeCode: number;
  /** A frame of this size or more is left out. */
  readonly limitBytes: number;
}

/** What the encoder did with one frame. */
export interface EncodedFrame {
  readonly frameOffset: number;
  /** 0 for a tensor's frame that was left out. */
  readonly encodedBytes: number;
  readonly rawBytes: number;
  readonly encoding: Encoding;
  /** XXH64 of the raw bytes, or of the first CHECKSUM_RUN_BYTES of them. */
  readonly checksum: bigint;
  /** XXH64 of every CHECKSUM_RUN_BYTES of the raw bytes; present for a tensor's frame and for what is stored. */
  readonly runChecksums?: readonly bigint[];
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
  /** Instead of that, XXH64 of every CHECKSUM_RUN_BYTES of them. */
  readonly runChecksums?: readonly bigint[];
  /** The frame's raw bytes are the original's XORed with as many of the base's, from here on. */
  readonly baseOffset?: number;
  /** There is no frame: the raw bytes stand as they are at `frameOffset`. */
  readonly isStored?: boolean;
}

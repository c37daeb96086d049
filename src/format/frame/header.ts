// What both sides of the frame header share. docs/format.md, "Frame header".

import { FRAME_HEADER_BYTES } from './constants.js';
import type { FrameGeometry } from './frames.js';

/** The first two bytes of every frame: "ZN". */
export const FRAME_MAGIC = 0x4e5a;

/** Offsets within the header. */
export const FIELD = {
  magic: 0,
  versionMajor: 2,
  versionMinor: 3,
  versionTiny: 4,
  byteReorder: 5,
  bitReorder: 6,
  method: 7,
  inputFormat: 8,
  delta: 9,
  lossyType: 10,
  lossyFactor: 11,
  lossyIsInt: 12,
  streaming: 13,
  chunkLog2: 14,
  dtypeCode: 15,
  rawBytes: 16,
  encodedBytes: 24,
} as const;

/** Set in the tiny version by an encoder that will append a frame index: a file cut at a frame boundary, which is
 * well formed as far as it goes, is then seen to be truncated. The stock decoder looks at no version byte. */
export const INDEX_PROMISED_BIT = 128;

/** Set in the streaming byte when other frames may follow; the stock decoder reads no second frame without it. */
export const STREAMING_BIT = 128;

/** A chunk of fewer bytes could not hold one word of the sign rotation. */
export const CHUNK_LOG2_MIN = 2;
/** Nobody writes chunks near this; it keeps `1 << log2` positive. */
export const CHUNK_LOG2_MAX = 30;

/** Bytes of a dimension's size byte and of the widest dimension. */
const DIMENSION_MAX_BYTES = 9;
/** Bytes of the longest header: a rank byte and 255 dimensions follow the fixed part. */
export const FRAME_HEADER_MAX_BYTES = FRAME_HEADER_BYTES + 1 + 255 * DIMENSION_MAX_BYTES;

export type InputFormat = 'bytes' | 'torch' | 'numpy';
export type DeltaKind = 'none' | 'byte' | 'file' | 'matched';

/** Byte 9 of every frame of our own delta files: the frame index says which part of the base, if any, a frame was XORed
 * with. The stock decoder refuses such a file unless it is given a base of the same size. */
export const DELTA_MATCHED = 16;
/** Byte 9 of ZipNN's delta files: all of the file was XORed with the base's bytes at the same offsets. */
export const DELTA_FILE = 2;

/** Byte 8 of the header. Only `torch` and `numpy` carry a shape. */
export const INPUT_FORMATS: ReadonlyMap<number, InputFormat> = new Map([
  [1, 'bytes'],
  [2, 'torch'],
  [3, 'numpy'],
]);

/** Whether a header that starts with these bytes may be longer than its fixed part. */
export function mayHaveShape(bytes: Uint8Array): boolean {
  return INPUT_FORMATS.get(bytes[FIELD.inputFormat] ?? 0) !== 'bytes';
}

/** Byte 9 of the header. */
export const DELTA_KINDS: ReadonlyMap<number, DeltaKind> = new Map([
  [0, 'none'],
  [1, 'byte'],
  [DELTA_FILE, 'file'],
  [DELTA_MATCHED, 'matched'],
]);

/** A frame header that has passed every check that needs no other bytes of the file. */
export interface FrameHeader extends FrameGeometry {
  readonly version: readonly [major: number, minor: number, tiny: number];
  /** The encoder said that a frame index ends the file. */
  readonly promisesFrameIndex: boolean;
  readonly inputFormat: InputFormat;
  /** Other than `none`: the raw bytes are the XOR of the original and a base; with `matched` where the index says so. */
  readonly delta: DeltaKind;
  /** Other frames may follow. */
  readonly isStreaming: boolean;
  readonly dtypeCode: number;
  readonly dtypeName: string;
  /** Present unless the input format is `bytes`. */
  readonly shape?: readonly number[];
}

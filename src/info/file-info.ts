// What `info` tells of a file: plain data.

import type { OutputFormat } from '../format/model/file-names.js';
import type { PlanBase } from '../layout/plans.js';

/** Compressed by znn (with a frame index), by ZipNN (or without one), a safetensors file, or anything else. */
export type FileKind = 'znn' | 'zipnn' | 'safetensors' | 'other';

export interface FileInfo {
  readonly path: string;
  readonly kind: FileKind;
  /** Of a compressed file: frames one after the other, or a safetensors file of compressed tensors. */
  readonly format?: OutputFormat;
  /** Size of the file itself. */
  readonly fileBytes: number;
  /** Size of the file that is not, or no longer, compressed. */
  readonly originalBytes: number;
  /** Whether every frame carries a checksum of its content. */
  readonly hasChecksums: boolean;
  /** What a delta file was made against. */
  readonly base?: PlanBase;
  /** Of the original, lower-case hex, if it was stored. */
  readonly sha256?: string;
  /** In file order; none for a file that is not compressed. */
  readonly frames: readonly FrameInfo[];
  /** The frames summed up by the way their bytes became planes. */
  readonly layouts: readonly LayoutInfo[];
  /** Tensors summed up by dtype, largest first; none unless the original is a safetensors file. */
  readonly dtypes: readonly DtypeInfo[];
  /** In the order of their data. */
  readonly tensors: readonly TensorInfo[];
  /** Remarks, one line each. */
  readonly notes: readonly string[];
}

export interface FrameInfo {
  readonly frameOffset: number;
  readonly encodedBytes: number;
  readonly rawOffset: number;
  readonly rawBytes: number;
  readonly chunkBytes: number;
  readonly chunkCount: number;
  readonly planeCount: number;
  readonly rotated: boolean;
  readonly dtypeName: string;
  /** XXH64 of the raw bytes, 16 hex digits. */
  readonly checksum?: string;
}

export interface LayoutInfo {
  readonly dtypeName: string;
  readonly rotated: boolean;
  readonly frameCount: number;
  readonly chunkCount: number;
  readonly rawBytes: number;
  readonly encodedBytes: number;
  /** Plane 0 holds the least significant bytes. */
  readonly planes: readonly PlaneInfo[];
}

/** The streams of one plane, over all frames of a layout. */
export interface PlaneInfo {
  readonly rawBytes: number;
  readonly encodedBytes: number;
  /** Streams that hold their bytes as they are, one repeated byte, or a Huffman block. */
  readonly rawCount: number;
  readonly constantCount: number;
  readonly huffmanCount: number;
}

export interface DtypeInfo {
  readonly dtype: string;
  readonly tensorCount: number;
  readonly originalBytes: number;
  /** Absent for a file that is not compressed. */
  readonly compressedBytes?: number;
}

export interface TensorInfo {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly originalBytes: number;
  /** Its frames' bytes; of a frame that it shares with others, its share by raw bytes. Absent for a file that is not
   * compressed. */
  readonly compressedBytes?: number;
}

// One file's frames as plain data, before anything is done.

import type { DecodeFrame, FramePlan } from '../format/frame/frames.js';
import type { BaseIdentity } from '../format/frame-index/fields.js';
import type { OutputFormat } from '../format/model/file-names.js';
import type { SafetensorsHeader } from '../format/safetensors/header.js';

/** What is known of a base: a delta file of ZipNN's says its size only. */
export interface PlanBase extends Partial<BaseIdentity> {
  readonly baseBytes: number;
}

// --- One file to compress: its frames ---

export interface CompressPlan {
  readonly kind: 'safetensors' | 'other';
  readonly sourceBytes: number;
  readonly frames: readonly FramePlan[];
  /** Why a file named like a safetensors file is treated as plain bytes, or another remark. */
  readonly note?: string;
  /** Byte 9 of every frame's header: present when frames are made against a base. */
  readonly delta?: number;
  /** Present for a `.znn.safetensors` file: then the frames are those of the tensors that may shrink. */
  readonly container?: ContainerLayout;
}

/** What a `.znn.safetensors` file keeps of its source, and the room for its header. */
export interface ContainerLayout {
  readonly sourceBytes: number;
  /** The source's. */
  readonly header: SafetensorsHeader;
  /** The JSON of the source's header, and what it deflates to. */
  readonly originalJson: Uint8Array;
  readonly deflatedJson: Uint8Array;
  /** Where the data begin: the most that the header can take. */
  readonly reservedBytes: number;
}

// --- One file to decompress: its frames ---

export interface DecompressPlan {
  /** `znn` when a frame index was found, `zipnn` when the frames stand alone. */
  readonly kind: 'znn' | 'zipnn';
  /** A `.znn` file, or a safetensors file of compressed tensors. */
  readonly format: OutputFormat;
  readonly sourceBytes: number;
  /** Size of the restored file. */
  readonly rawBytes: number;
  readonly frames: readonly DecodeFrame[];
  /** The restored file's first bytes, where they are no frame's: the header of a safetensors file. */
  readonly prefix?: Uint8Array;
  /** Present for a delta file: the file that it was made against. */
  readonly base?: PlanBase;
  /** What the user should know of the restored file. */
  readonly note?: string;
  /** SHA-256 of the original file, lower-case hex, if it was stored. */
  readonly sha256?: string;
}

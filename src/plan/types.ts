// Plans are plain data: what will be done, before anything is done.

import type { BaseIdentity } from '../format/frame-index.js';
import type { DecodeFrame, FramePlan } from '../format/frames.js';
import type { SafetensorsHeader } from '../format/safetensors-header.js';

// --- A run: which files, and what becomes of each ---

/** What compression makes of a file: `x.znn`, or `x.znn.safetensors`. */
export type OutputFormat = 'znn' | 'safetensors';

export type Verb = 'compress' | 'decompress' | 'verify' | 'info';

/** `skip` is in order and `refuse` is not: a refused path counts as a failed file, and the others go on. */
export type TaskAction =
  | 'compress'
  | 'decompress'
  | 'verify'
  | 'describe'
  | 'copy'
  | 'rewrite-attributes'
  | 'rewrite-index'
  | 'skip'
  | 'refuse';

/** One file of a run and what becomes of it. */
export interface FileTask {
  readonly action: TaskAction;
  readonly sourcePath: string;
  /** Absent where nothing is written: `skip`, `refuse`, `verify` and `describe`. Equal to `sourcePath` for an index rewritten in place. */
  readonly targetPath?: string;
  readonly sourceBytes: number;
  /** What the file is compressed against, or needs if it is a delta file. */
  readonly basePath?: string;
  /** Where a base was looked for and is not: in the folder of bases, under the original's name. */
  readonly missingBasePath?: string;
  /** For `skip` and `refuse`: why, as a user would want to read it. */
  readonly reason?: string;
  /** Of a `copy` that no pattern of the user's asked for: a note says so if it seems to be weights, under a name that is not theirs or
   * not for the format. */
  readonly mayBeWeights?: 'by-name' | 'by-format';
  /** Of a `skip` that nobody asked for, and that a user must hear of: the output lacks it; or the run did not look into it. */
  readonly leftOut?: 'of-output' | 'of-run';
}

/** A folder that a run needs, and makes where it is missing. */
export interface TargetFolder {
  readonly path: string;
  /** The folder that it stands for: one that the run makes gets its mode and owner. Absent: those of any new folder. */
  readonly likePath?: string;
}

/** What succeeds or fails as one: with `--rm` no source of a group is removed unless all its tasks succeeded. */
export interface TaskGroup {
  /** The path as the user named it. */
  readonly rootPath: string;
  readonly isFolder: boolean;
  /** Folders that must exist before the tasks run, empty ones too, parents first. */
  readonly targetFolders: readonly TargetFolder[];
  /** Weight files first, indexes last. */
  readonly tasks: readonly FileTask[];
}

export interface RunPlan {
  readonly verb: Verb;
  readonly groups: readonly TaskGroup[];
  /** Things the user should know, one line each. */
  readonly notes: readonly string[];
}

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

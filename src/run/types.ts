import type { FileTask } from '../discover/tasks.js';
import type { ZnnError } from '../errors.js';
import type { EncodingChoice } from '../format/frame/dtypes.js';
import type { Limits } from '../format/limits.js';
import type { OutputFormat } from '../format/model/file-names.js';

/** What a run may do and how; every field validated by the caller. */
export interface RunOptions {
  /** Threads that work, 1 or more. */
  readonly threads: number;
  /** The calling thread is one of them, and gets to other things every few milliseconds; for a process that has little else to do. */
  readonly usesCallingThread?: boolean;
  /** Make outputs again that exist, whatever they are. */
  readonly force: boolean;
  /** Replace existing outputs that are not what their sources give, whoever made them. */
  readonly update?: boolean;
  /** Compare all of an existing output with its source before it counts as up to date, where a sample would do. */
  readonly checksum?: boolean;
  /** Remove sources once their outputs are durable, re-read and found equal. */
  readonly removeSources: boolean;
  /** With `removeSources`: each as soon as its own output is, and not all of a folder together at its end. */
  readonly removeEach?: boolean;
  /** `false`: start even if free space cannot be enough. */
  readonly spaceCheck?: boolean;
  /** Make every output durable before it gets its name. */
  readonly fsync: boolean;
  /** Store the SHA-256 of the original. Checked on the way back whenever it is there. */
  readonly sha256: boolean;
  /** Append the frame index. */
  readonly frameIndex: boolean;
  /** `auto` follows the file's own dtypes. */
  readonly encoding: EncodingChoice;
  /** What compression makes of a file. */
  readonly format: OutputFormat;
  /** With format `safetensors`: compress also tensors whose dtype stock readers would not restore. */
  readonly allDtypes: boolean;
  /** How much a file may make the run take, where that is not the usual. */
  readonly limits?: Partial<Limits>;
  /** Stops the run: partial outputs are removed and the promise rejects. */
  readonly signal?: AbortSignal;
  readonly observer?: RunObserver;
}

export interface RunObserver {
  /** Something to know of the whole run that is no error. */
  onNote?(text: string): void;
  onFileStart?(task: FileTask): void;
  /** Raw bytes of the file that are done by now, of how many; called a few times a second. */
  onProgress?(task: FileTask, rawBytesDone: number, rawBytesTotal: number): void;
  onFileEnd?(result: FileResult): void;
}

export type FileStatus = 'done' | 'up-to-date' | 'skipped' | 'failed';

export interface FileResult {
  readonly task: FileTask;
  readonly status: FileStatus;
  /** Size of the file that is not, or no longer, compressed; 0 where unknown. */
  readonly originalBytes: number;
  /** Size of the `.znn` file; 0 where unknown. */
  readonly compressedBytes: number;
  readonly seconds: number;
  /** `content`: every frame's checksum was compared. `structure`: the file carries none. */
  readonly checked?: 'content' | 'structure';
  readonly removedSource?: boolean;
  /** Another file stood there before. */
  readonly replaced?: boolean;
  readonly notes: readonly string[];
  readonly error?: ZnnError;
}

export interface RunResult {
  readonly files: readonly FileResult[];
  readonly seconds: number;
}

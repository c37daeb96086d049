// Both ends of the channel between the pool and its workers.
// No payload crosses it: a job names file descriptors and ranges, and workers read and write those themselves.

import { type ErrorPlace, toZnnError, ZnnError, type ZnnErrorCode } from '../../errors.js';
import type { DecodeFrame, EncodedFrame, FramePlan } from '../../format/frame/frames.js';

export interface CompressJob {
  readonly kind: 'compress';
  /** Open for reading. File descriptors belong to the process, so workers use the one that main opened. */
  readonly sourceFd: number;
  /** Open for writing, and for reading where frames of tensors are among them; frames are written in order and without
   * gaps. What stands behind the last one afterwards means nothing. */
  readonly targetFd: number;
  /** What errors of writing name. */
  readonly targetPath?: string;
  /** Where the first frame goes: 0 if it is not said. */
  readonly targetOffset?: number;
  readonly frames: readonly FramePlan[];
  /** Set the mark in each header that says "a frame index must follow". */
  readonly hasFrameIndex: boolean;
  /** Open for reading: what frames with a `baseOffset` are XORed with. */
  readonly baseFd?: number;
  /** Byte 9 of every frame header; 0 if it is not said. */
  readonly delta?: number;
}

export interface DecompressJob {
  readonly kind: 'decompress';
  readonly sourceFd: number;
  /** Absent: decode and check only. */
  readonly targetFd?: number;
  /** What errors of writing name. */
  readonly targetPath?: string;
  /** What frames with a `baseOffset` were XORed with. Without it their raw bytes are left as they are. */
  readonly baseFd?: number;
  /** Compare the decoded bytes with this file's, at the same offsets. */
  readonly compareFd?: number;
  readonly frames: readonly DecodeFrame[];
}

export type Job = CompressJob | DecompressJob;

export interface CompressResult {
  readonly frames: readonly EncodedFrame[];
  /** Where the last frame ends in the target. */
  readonly encodedBytes: number;
}

export interface DecompressResult {
  readonly rawBytes: number;
}

export interface JobHooks {
  /** Raw bytes done so far; called a few times a second. */
  onProgress?(rawBytesDone: number): void;
  /** Stops the job; its promise rejects once no worker touches the job's files any more. */
  readonly signal?: AbortSignal;
}

/** Runs jobs one after the other or side by side, on workers or, for small ones, on the calling thread.
 * A rejected job rejects only when every worker has let go of its file descriptors, so the caller may close them. */
export interface JobRunner {
  /** @throws ZnnError `corrupt`, `truncated`, `unsupported` or `io`, with `where.frame` and `where.offset`. */
  compress(job: CompressJob, hooks?: JobHooks): Promise<CompressResult>;
  decompress(job: DecompressJob, hooks?: JobHooks): Promise<DecompressResult>;
  /** XXH64, seed 0, of a few MiB at the most, on the calling thread: for the frame index. */
  checksum(bytes: Uint8Array): bigint;
  /** What share of `content`, a few MiB at the most, frames would take, by a sample, on the calling thread. */
  expectedShare(content: Uint8Array): number;
  /** What the frames hold, in order, piece by piece (a few MiB, valid until the next), on the calling thread.
   * @param baseFd as in a job
   * @throws ZnnError `corrupt`, `truncated` or `io` */
  decodeInOrder(sourceFd: number, frames: readonly DecodeFrame[], baseFd?: number): Iterable<Uint8Array>;
  /** Ends the workers; no job may be running. */
  close(): void;
}

// --- Messages ---

export interface WorkerData {
  readonly module: WebAssembly.Module;
}

/** Main → worker: take a share of this job. */
export interface ToWorker {
  readonly jobId: number;
  readonly job: Job;
  /** The job's JobControl. */
  readonly shared: SharedArrayBuffer;
}

/** Worker → main: my share is done and I have let go of the job's files. */
export interface WorkerReport {
  readonly jobId: number;
  readonly error?: PackedError;
}

/** An error as a structured clone keeps it. */
export interface PackedError {
  readonly code: ZnnErrorCode;
  readonly message: string;
  readonly where: ErrorPlace;
}

export function packError(thrown: unknown): PackedError {
  const { code, message, where } = toZnnError(thrown);
  return { code, message, where };
}

export function unpackError({ code, message, where }: PackedError): ZnnError {
  return new ZnnError(code, message, where);
}

// What the parts of a run share.

import type { FileTask, TaskGroup, Verb } from '../discover/tasks.js';
import type { InputFile } from '../io/input-file.js';
import type { ExactFileStats } from '../io/system.js';
import type { JobHooks, JobRunner } from '../pool/job/protocol.js';
import type { RestorePlans } from './inputs/decode-plans.js';
import type { OutputLedger } from './outputs/output-ledger.js';
import type { RefusalNotes } from './outputs/refusal-notes.js';
import type { FileResult, FileStatus, RunOptions } from './types.js';

/** What a task may use. */
export interface TaskContext {
  readonly verb: Verb;
  readonly options: RunOptions;
  readonly runner: JobRunner;
  readonly restorePlans: RestorePlans;
  /** What earlier runs made. */
  readonly ledger: OutputLedger;
  readonly refusalNotes: RefusalNotes;
  /** The task's group: an index must know what becomes of the shards. */
  readonly group: TaskGroup;
  /** What the task's file is compressed against, or was. */
  readonly base?: InputFile;
}

/** How a task ended that did not fail. */
export interface Outcome
  extends Partial<Pick<FileResult, 'originalBytes' | 'compressedBytes' | 'checked' | 'replaced' | 'notes'>> {
  readonly status: Exclude<FileStatus, 'failed'>;
  /** Present where `--rm` may remove the source. */
  readonly removable?: Removable;
}

/** Source and output as they were when they were found equal. */
export interface Removable {
  readonly source: ExactFileStats;
  readonly output: ExactFileStats;
}

/** A result, and what is needed to remove its source. */
export interface Ended {
  readonly result: FileResult;
  readonly removable?: Removable;
}

export type { WritingTask } from '../discover/tasks.js';

/** Which of the times it is that a file's raw bytes are gone through, from 0, and how often that is done in all. */
export type Pass = readonly [pass: number, passCount: number];

/** Hooks for one of the `passCount` times that a file's raw bytes are gone through. */
export function passHooks(
  task: FileTask,
  { signal, observer }: RunOptions,
  rawBytes: number,
  ...[pass, passCount]: Pass
): JobHooks {
  return {
    onProgress: (doneBytes) =>
      observer?.onProgress?.(task, pass * rawBytes + doneBytes, passCount * rawBytes),
    ...(signal && { signal }),
  };
}

import type { FileResult, RunResult } from '../../run/types.js';

/** Tells the user of a run as it goes. */
export interface Reporter {
  /** Something to know that is no error. */
  note(text: string): void;
  fileEnd(result: FileResult): void;
  runEnd(result: RunResult, exitCode: number): void;
}

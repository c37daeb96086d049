import type { CliOptions } from '../arguments/options.js';
import type { Output } from '../report/output.js';

/** What a command needs besides its options. */
export interface CommandContext {
  readonly output: Output;
  /** Aborted when the user stops the command. */
  readonly signal: AbortSignal;
}

/** Carries a command out and answers with the exit code. Errors of single files are reported and counted; what it throws
 * concerns the whole run. */
export type CommandRun = (options: CliOptions, context: CommandContext) => Promise<number>;

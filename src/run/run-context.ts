import type { Verb } from '../discover/tasks.js';
import type { JobRunner } from '../pool/job/protocol.js';
import type { TaskContext } from './context.js';
import { RestorePlans } from './inputs/decode-plans.js';
import { OutputLedger } from './outputs/output-ledger.js';
import { RefusalNotes } from './outputs/refusal-notes.js';
import type { RunOptions } from './types.js';

/** What all tasks of a run share; each group adds itself. */
export function runContext(
  verb: Verb,
  options: RunOptions,
  runner: JobRunner,
): Omit<TaskContext, 'group' | 'base'> {
  return {
    ...{ verb, options, runner },
    restorePlans: new RestorePlans(runner, options.limits),
    ledger: new OutputLedger(runner),
    refusalNotes: new RefusalNotes(options.observer),
  };
}

import type { Verb } from '../plan/types.js';
import type { JobRunner } from '../pool/protocol.js';
import { OutputLedger } from './output-ledger.js';
import { RefusalNotes } from './refusal-notes.js';
import { RestorePlans } from './restore-plans.js';
import type { TaskContext } from './run.js';
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

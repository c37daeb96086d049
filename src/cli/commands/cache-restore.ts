import { findSnapshot } from '../../hub/snapshot.js';
import { planCacheRestore } from '../../run/cache-restore/plan.js';
import { restoreCache } from '../../run/cache-restore/restore.js';
import { withRunner } from '../../run/run-plan.js';
import { thisMachine } from '../arguments/find-files.js';
import type { CommandRun } from './command.js';
import { runFound } from './run-verb.js';

/** `znn cache restore`: the `.znn` files of a cached model → what they were made of, where they are. */
export const cacheRestoreCommand: CommandRun = (options, context) =>
  runFound(
    options,
    context,
    () => planCacheRestore(findSnapshot(options.model ?? { id: '' }, thisMachine())),
    (plan, runOptions) => withRunner(runOptions, (runner) => restoreCache(plan, runOptions, runner)),
  );

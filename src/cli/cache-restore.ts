import { restoreCache } from '../pipeline/restore-cache.js';
import { withRunner } from '../pipeline/run-plan.js';
import { planCacheRestore } from '../plan/cache-restore-plan.js';
import { findSnapshot } from '../plan/hub-snapshot.js';
import type { CommandRun } from './command.js';
import { thisMachine } from './find-files.js';
import { runFound } from './run-verb.js';

/** `znn cache restore`: the `.znn` files of a cached model → what they were made of, where they are. */
export const cacheRestoreCommand: CommandRun = (options, context) =>
  runFound(
    options,
    context,
    () => planCacheRestore(findSnapshot(options.model ?? { id: '' }, thisMachine())),
    (plan, runOptions) => withRunner(runOptions, (runner) => restoreCache(plan, runOptions, runner)),
  );

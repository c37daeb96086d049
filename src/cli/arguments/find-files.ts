import { discover } from '../../discover/discover.js';
import type { RunPlan, Verb } from '../../discover/tasks.js';
import type { Machine } from '../../hub/cache-paths.js';
import { findSnapshot } from '../../hub/snapshot.js';
import { homeFolder } from '../../io/paths/home-folder.js';
import type { CliOptions } from './options.js';

const NOTE_ON_ALL_DTYPES =
  '--all-dtypes: integers and other dtypes that shrink are compressed too; stock readers will not decode those';

/** The plan for the paths of a command line, or for a model in the Hub cache.
 * @param withIndexes with the verb `info`: indexes are files to look at too */
export function findFiles(verb: Verb, options: CliOptions, withIndexes = false): RunPlan {
  const machine = thisMachine();
  const snapshot = options.model && findSnapshot(options.model, machine);
  const plan = discover({
    verb,
    paths: snapshot === undefined ? options.paths : [snapshot.snapshotPath],
    ...(options.outputPath !== undefined && { outputPath: options.outputPath }),
    ...(options.include !== undefined && { include: options.include }),
    ...(options.exclude !== undefined && { exclude: options.exclude }),
    ...(options.omit !== undefined && { omit: options.omit }),
    removeSources: options.removeSources,
    format: options.format,
    variant: options.variant,
    ...(options.basePath !== undefined && { basePath: options.basePath }),
    ...(options.lfs && { lfs: true }),
    ...(withIndexes && { withIndexes }),
    machine,
  });
  const notes = [
    ...(snapshot === undefined ? [] : [`${options.model?.id}: revision ${snapshot.commit}`]),
    ...(options.allDtypes ? [NOTE_ON_ALL_DTYPES] : []),
  ];
  return { ...plan, notes: [...notes, ...plan.notes] };
}

export function thisMachine(): Machine {
  return { environment: process.env, homePath: homeFolder() };
}

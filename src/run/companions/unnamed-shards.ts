import path from 'node:path';
import { ZnnError } from '../../errors.js';
import type { Limits } from '../../format/limits.js';
import { plainNameOf } from '../../format/model/file-names.js';
import { hasOwnLoader } from '../../format/model/loader-names.js';
import { closeInput, openInput } from '../../io/input-file.js';
import type { TaskContext, WritingTask } from '../context.js';
import { readIndex } from './read-index.js';

/** A note on files that the run compresses and that neither an index beside them nor a loader names: nobody will load them. The first index of a
 * folder speaks for all of them. */
export function unnamedShardNotes(
  shardNames: readonly string[],
  { sourcePath }: WritingTask,
  { verb, group, options }: TaskContext,
): string[] {
  const beside = group.tasks.filter((task) => path.dirname(task.sourcePath) === path.dirname(sourcePath));
  const indexPaths = beside.filter(({ action }) => action === 'rewrite-index').map((task) => task.sourcePath);
  const [first, ...others] = indexPaths;
  if (verb !== 'compress' || first !== sourcePath) return [];
  const named = new Set(
    [...shardNames, ...others.flatMap((other) => shardNamesIn(other, options.limits))].map(plainNameOf),
  );
  const extensions = new Set([...named].map((name) => path.extname(name)));
  const [unnamed, ...more] = beside
    .filter(({ action }) => action === 'compress')
    .map((task) => path.basename(task.sourcePath))
    .filter((name) => extensions.has(path.extname(name)) && !named.has(name) && !hasOwnLoader(name));
  if (unnamed === undefined) return [];
  const count = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return [`does not name ${unnamed}${count}: loaders that follow the index leave it out`];
}

/** None where it cannot be read: that is for its own task to say. */
function shardNamesIn(indexPath: string, limits: Partial<Limits> | undefined): readonly string[] {
  try {
    const input = openInput(indexPath);
    try {
      return readIndex(input, limits).shardNames;
    } finally {
      closeInput(input);
    }
  } catch (error) {
    if (error instanceof ZnnError) return [];
    throw error;
  }
}

import { plainIndexPathOf } from '../../format/model/file-names.js';
import { renameShards } from '../../format/model/model-index.js';
import { closeInput, openInput } from '../../io/input-file.js';
import { system } from '../../io/system.js';
import type { Outcome, TaskContext, WritingTask } from '../context.js';
import { writeRewritten } from '../outputs/write-small-file.js';
import { readIndex } from './read-index.js';
import { shardNamesAfter } from './shard-names-after.js';
import { unnamedShardNotes } from './unnamed-shards.js';

const statsOf = ({ targetPath }: WritingTask) => system.lstatSync(targetPath, { bigint: true });

/** Writes an index whose `weight_map` names the files as the run leaves them, every other byte kept. In place it replaces
 * the old one, durably, since an index is all that says which tensor is where.
 * @throws ZnnError `corrupt` when the file is no index or names what could do harm, `io` when the system fails */
export async function rewriteIndex(task: WritingTask, context: TaskContext): Promise<Outcome> {
  const source = openInput(task.sourcePath);
  try {
    const index = readIndex(source, context.options.limits);
    const { newNames, missingNames } = shardNamesAfter(index.shardNames, task, context);
    const rewritten = renameShards(index, newNames);
    const notes = [
      ...missingNames.map((name) => `names ${name}, which is not there`),
      ...unnamedShardNotes(index.shardNames, task, context),
    ];
    const outcome = await writeRewritten(task, source, rewritten, context);
    // The index of a variant goes when the files that it names do.
    const isSpent = plainIndexPathOf(task.sourcePath) === task.targetPath;
    return {
      ...outcome,
      notes: [...notes, ...(outcome.notes ?? [])],
      ...(isSpent && { removable: { source: source.stats, output: statsOf(task) } }),
    };
  } finally {
    closeInput(source);
  }
}

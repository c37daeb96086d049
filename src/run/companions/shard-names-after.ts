import path from 'node:path';
import type { OutputFormat } from '../../format/model/file-names.js';
import {
  compressedPathOf,
  isCompressedName,
  isSafetensorsName,
  restoredPathOf,
} from '../../format/model/file-names.js';
import { absolutePathOf } from '../../io/paths/absolute-path.js';
import { system } from '../../io/system.js';
import type { TaskContext, WritingTask } from '../context.js';

export interface ShardNamesAfter {
  /** Old name → new one, of those that change. */
  readonly newNames: ReadonlyMap<string, string>;
  /** Names that no file has, before the run or after it. */
  readonly missingNames: readonly string[];
}

/** What the shards that an index names are called when the run is done: a shard that this run, or an earlier one that was
 * cut short, compressed or restored has its new name; one that stays or is only copied keeps its own. */
export function shardNamesAfter(
  shardNames: readonly string[],
  indexTask: WritingTask,
  { verb, group, options }: TaskContext,
): ShardNamesAfter {
  const actions = new Map(group.tasks.map(({ sourcePath, action }) => [absolutePathOf(sourcePath), action]));
  const isElsewhere = path.dirname(indexTask.targetPath) !== path.dirname(indexTask.sourcePath);
  const isOmitted = (sourcePath: string) => isElsewhere && !actions.has(sourcePath);
  const newNames = new Map<string, string>();
  const missingNames: string[] = [];
  for (const name of shardNames) {
    const newName = verb === 'compress' ? compressedNameOf(name, options.format) : restoredPathOf(name);
    const sourcePath = absolutePathOf(path.join(path.dirname(indexTask.sourcePath), name));
    // Where sources go one by one, those that are still there are those that failed.
    const isHandled = actions.get(sourcePath) === verb && !(options.removeEach && isThere(sourcePath));
    if (newName !== undefined && isHandled) newNames.set(name, newName);
    else if (isThere(sourcePath) && !isOmitted(sourcePath)) continue;
    else if (newName !== undefined && isThere(path.join(path.dirname(indexTask.targetPath), newName))) {
      newNames.set(name, newName);
    } else missingNames.push(name);
  }
  return { newNames, missingNames };
}

function compressedNameOf(name: string, format: OutputFormat): string | undefined {
  if (isCompressedName(name) || (format === 'safetensors' && !isSafetensorsName(name))) return undefined;
  return compressedPathOf(name, format);
}

function isThere(filePath: string): boolean {
  return system.statSync(filePath, { throwIfNoEntry: false }) !== undefined;
}

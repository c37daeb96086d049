import path from 'node:path';
import type { FileTask, RunPlan, TaskGroup } from '../../discover/tasks.js';
import { fileSystemOf } from '../../io/paths/free-space.js';
import { type FileStats, system } from '../../io/system.js';
import type { RunOptions } from '../types.js';

/** What a run asks of one file system, beyond what is on it now. */
export interface SpaceNeed {
  /** One of the folders on it that the run writes to. */
  readonly folderPath: string;
  readonly freeBytes: number;
  /** The most that is there at any one time of the run. */
  readonly peakBytes: number;
}

/** Bytes that a task's output takes. */
export type OutputBytes = (task: FileTask) => number;

interface Tally {
  readonly folderPath: string;
  readonly freeBytes: number | undefined;
  heldBytes: number;
  peakBytes: number;
}

/** Goes through the plan as the run will: each output is written whole before what it replaces goes, and sources go after
 * their group, or each after its own output. Answers for the file systems that say what is free on them. */
export function spaceNeeds(plan: RunPlan, options: SpaceOptions, outputBytesOf: OutputBytes): SpaceNeed[] {
  const tallies = new Map<string, Tally>();
  const devices = new Map<string, string | undefined>();
  const deviceOf = (folderPath: string): string | undefined => {
    if (devices.has(folderPath)) return devices.get(folderPath);
    const found = fileSystemOf(folderPath);
    devices.set(folderPath, found?.deviceId);
    if (found !== undefined && !tallies.has(found.deviceId))
      tallies.set(found.deviceId, { folderPath, freeBytes: found.freeBytes, heldBytes: 0, peakBytes: 0 });
    return found?.deviceId;
  };
  const hold = (filePath: string, bytes: number) => {
    const tally = tallies.get(deviceOf(path.dirname(filePath)) ?? '');
    if (tally === undefined) return;
    tally.heldBytes += bytes;
    tally.peakBytes = Math.max(tally.peakBytes, tally.heldBytes);
  };
  for (const group of plan.groups) {
    const writes = writesOf(group, options);
    for (const { task, replacedBytes } of writes) {
      hold(task.targetPath, outputBytesOf(task));
      hold(task.targetPath, -replacedBytes);
      if (options.removeEach) hold(task.sourcePath, -removedBytesOf(task, options));
    }
    if (options.removeEach) continue;
    for (const { task } of writes) hold(task.sourcePath, -removedBytesOf(task, options));
  }
  return [...tallies.values()].filter((tally): tally is Tally & SpaceNeed => tally.freeBytes !== undefined);
}

export type SpaceOptions = Pick<RunOptions, 'force' | 'removeSources' | 'removeEach'>;

interface Write {
  readonly task: FileTask & { readonly targetPath: string };
  readonly replacedBytes: number;
}

/** The tasks that will write. An output that is there already is up to date, or refused without `force`. */
function writesOf({ tasks }: TaskGroup, { force }: SpaceOptions): Write[] {
  const writes: Write[] = [];
  for (const task of tasks) {
    const { targetPath } = task;
    if (targetPath === undefined) continue;
    const existing = statsOf(targetPath);
    const isRewritten = task.action === 'rewrite-index' || task.action === 'rewrite-attributes';
    if (existing !== undefined && !force && !isRewritten) continue;
    writes.push({ task: { ...task, targetPath }, replacedBytes: existing?.size ?? 0 });
  }
  return writes;
}

/** What removing the source gives back: nothing where it has another name, or is a link. */
function removedBytesOf({ action, sourcePath }: FileTask, { removeSources }: SpaceOptions): number {
  if (!removeSources || (action !== 'compress' && action !== 'decompress')) return 0;
  const stats = statsOf(sourcePath);
  return stats?.isFile() && stats.nlink === 1 ? stats.size : 0;
}

/** `undefined` for what is not there, or cannot be looked at: then the run will say so. */
function statsOf(filePath: string): FileStats | undefined {
  try {
    return system.lstatSync(filePath);
  } catch {
    return undefined;
  }
}

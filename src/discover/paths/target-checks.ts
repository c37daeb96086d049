import path from 'node:path';
import { ZnnError } from '../../errors.js';
import { isInHubCache, type Machine } from '../../hub/cache-paths.js';
import { absolutePathOf } from '../../io/paths/absolute-path.js';
import { realPathOf } from '../../io/paths/real-paths.js';
import { type FileTask, type TaskGroup, type WritingTask, writingTasks } from '../tasks.js';

/** Checks what can be known before anything is opened: each target has one source, is no source itself, and lies in no
 * Hugging Face cache.
 * @throws ZnnError `invalid-argument` */
export function assertTargets(groups: readonly TaskGroup[], machine: Machine): void {
  const tasks = writingTasks(groups);
  const realPaths = realPathFinder();
  const sources = new Set(tasks.map((task) => realPaths(task.sourcePath)));
  const sourceOfTarget = new Map<string, string>();
  const checkedFolders = new Set<string>();
  for (const task of tasks) {
    const target = realPaths(task.targetPath);
    assertOneSource(task, sourceOfTarget.get(target));
    sourceOfTarget.set(target, task.sourcePath);
    if (task.targetPath !== task.sourcePath && sources.has(target)) {
      const message = 'the output is itself an input of this run';
      throw new ZnnError('invalid-argument', message, { file: task.targetPath });
    }
    const folder = path.dirname(target);
    if (!checkedFolders.has(folder)) assertOutsideHubCache(folder, machine);
    checkedFolders.add(folder);
  }
}

/** Checks that no base is an output of the run, its own source, or a source that goes when the run is done: a delta file is
 * worth nothing without its base.
 * @throws ZnnError `invalid-argument` */
export function assertBases(groups: readonly TaskGroup[], removeSources: boolean): void {
  const tasks = groups.flatMap((group) => group.tasks);
  if (tasks.every(({ basePath }) => basePath === undefined)) return;
  const targets = new Set(tasks.map(({ targetPath }) => targetPath && realPathOf(targetPath)));
  const sources = new Set(tasks.filter(isWeightTask).map(({ sourcePath }) => realPathOf(sourcePath)));
  for (const { basePath, sourcePath } of tasks) {
    if (basePath === undefined) continue;
    const base = realPathOf(basePath);
    const fault = targets.has(base)
      ? 'is an output of this run'
      : base === realPathOf(sourcePath)
        ? 'is the file that it is the base of'
        : removeSources && sources.has(base)
          ? 'is a source that --rm would remove'
          : undefined;
    if (fault !== undefined) throw new ZnnError('invalid-argument', `--base: ${fault}`, { file: basePath });
  }
}

function isWeightTask({ action }: FileTask): boolean {
  return action === 'compress' || action === 'decompress';
}

/** Targets that are one file on Windows and macOS, where names that differ only by case collide. */
export function caseCollisionNotes(groups: readonly TaskGroup[]): string[] {
  const seen = new Map<string, string>();
  const notes: string[] = [];
  for (const { targetPath } of writingTasks(groups)) {
    const folded = targetPath.toLowerCase();
    const other = seen.get(folded);
    if (other !== undefined)
      notes.push(`${other} and ${targetPath} differ only by case: on some systems they collide`);
    seen.set(folded, targetPath);
  }
  return notes;
}

function assertOneSource({ sourcePath, targetPath }: WritingTask, otherSource: string | undefined): void {
  if (otherSource === undefined) return;
  const message = `both ${otherSource} and ${sourcePath} would be written here; leave one of them out`;
  throw new ZnnError('invalid-argument', message, { file: targetPath });
}

function assertOutsideHubCache(folderPath: string, machine: Machine): void {
  if (!isInHubCache(folderPath, machine)) return;
  const message =
    'this folder belongs to a Hugging Face cache, which must not change; write elsewhere with -o';
  throw new ZnnError('invalid-argument', message, { file: folderPath });
}

// Links in the folders are resolved; whether the last part is a link is looked at when the file is opened.
function realPathFinder(): (anyPath: string) => string {
  const folders = new Map<string, string>();
  return (anyPath) => {
    const folder = path.dirname(absolutePathOf(anyPath));
    const realFolder = folders.get(folder) ?? realPathOf(folder);
    folders.set(folder, realFolder);
    return path.join(realFolder, path.basename(anyPath));
  };
}

import path from 'node:path';
import type { FileTask } from '../../discover/tasks.js';
import { toZnnError, ZnnError } from '../../errors.js';
import { blobPathOf } from '../../hub/blob-names.js';
import { removeIfThere } from '../../io/outputs/remove-file.js';
import { syncFolder } from '../../io/paths/folders.js';
import { startStopwatch } from '../../io/stopwatch.js';
import { system } from '../../io/system.js';
import { removeStaleTemporaries } from '../../io/temporary/stale-temporaries.js';
import type { JobRunner } from '../../pool/job/protocol.js';
import type { Outcome, TaskContext, WritingTask } from '../context.js';
import { unlessDoneByAnother } from '../outputs/another-run.js';
import { runContext } from '../run-context.js';
import { checkSpace } from '../space/assert-space.js';
import { runTask } from '../task.js';
import type { FileResult, RunOptions, RunResult } from '../types.js';
import { switchIndex } from './index.js';
import type { CacheRestorePlan } from './plan.js';
import { restoreWeight } from './weight.js';

/** Restores a snapshot of a Hub cache where it is, without changing any blob: all files first, each a new blob with a
 * link; then the indexes; then the links to the `.znn` files go, and nothing of this if a file failed. At any time every
 * name that an index holds is there, and a run that was cut short is finished by the next one. Other revisions keep what
 * they link to; with `removeSources` the `.znn` blobs that no revision links to any more are removed.
 * @throws the signal's reason when the run was stopped */
export async function restoreCache(
  plan: CacheRestorePlan,
  options: RunOptions,
  runner: JobRunner,
): Promise<RunResult> {
  const seconds = startStopwatch();
  const files: FileResult[] = [];
  for (const folder of foldersOf(plan)) removeStaleTemporaries(folder);
  const shared = runContext('decompress', options, runner);
  const keeping = { ...options, removeSources: false, removeEach: false };
  checkSpace(plan, keeping, shared.restorePlans, false);
  for (const group of plan.groups) {
    const context: TaskContext = { ...shared, group };
    for (const task of group.tasks) {
      options.signal?.throwIfAborted();
      const hasFailed = files.some(({ status }) => status === 'failed');
      if (hasFailed && task.action === 'rewrite-index') continue;
      const end = await runTask(task, options, () =>
        unlessDoneByAnother(task, removing(context), () => actOn(task, context)),
      );
      files.push(end.result);
    }
  }
  const hasFailed = files.some(({ status }) => status === 'failed');
  const last = hasFailed ? files : await removeCompressed(files, plan, options);
  for (const result of last) options.observer?.onFileEnd?.(result);
  return { files: last, seconds: seconds() };
}

/** Links to what was restored go with and without `removeSources`. */
function removing(context: TaskContext): TaskContext {
  return { ...context, options: { ...context.options, removeSources: true } };
}

async function actOn(task: FileTask, context: TaskContext): Promise<Outcome> {
  if (task.action === 'refuse') throw new ZnnError('io', task.reason ?? 'cannot be used');
  const writing: WritingTask = { ...task, targetPath: task.targetPath ?? task.sourcePath };
  return task.action === 'rewrite-index' ? switchIndex(writing, context) : restoreWeight(writing, context);
}

function foldersOf({ groups, snapshot }: CacheRestorePlan): Set<string> {
  const folders = groups.flatMap(({ tasks }) => tasks.map(({ sourcePath }) => path.dirname(sourcePath)));
  return new Set([path.join(snapshot.repositoryPath, 'blobs'), ...folders]);
}

/** Takes the `.znn` files out of the snapshot: links, or in a cache without links the files. A blob goes before its link:
 * without the link no later run would know of it. */
async function removeCompressed(
  files: readonly FileResult[],
  plan: CacheRestorePlan,
  { removeSources }: RunOptions,
): Promise<FileResult[]> {
  const results: FileResult[] = [];
  // Known before the first link goes: without its link a blob is not found again.
  const kept = removeSources ? blobsLinkedBesides(files, plan.snapshot.repositoryPath) : undefined;
  for (const result of files) {
    const { action, sourcePath } = result.task;
    if (action !== 'decompress') {
      results.push(result);
      continue;
    }
    try {
      const blobPath = blobPathOf(sourcePath);
      if (blobPath !== undefined && kept?.has(blobPath) === false) await removeBlob(blobPath);
      removeIfThere(sourcePath);
      await syncFolder(path.dirname(sourcePath));
      results.push({ ...result, removedSource: true });
    } catch (error) {
      results.push({ ...result, status: 'failed', error: toZnnError(error, { file: sourcePath }) });
    }
  }
  return results;
}

/** A blob in a store that several models share is only a link, and that store is not ours.
 * @throws ZnnError `io` */
async function removeBlob(blobPath: string): Promise<void> {
  try {
    if (!system.lstatSync(blobPath, { throwIfNoEntry: false })?.isFile()) return;
    removeIfThere(blobPath);
    await syncFolder(path.dirname(blobPath));
  } catch (error) {
    throw toZnnError(error, { file: blobPath });
  }
}

/** Blobs that snapshots link to by other names than these sources.
 * @throws ZnnError `io` */
function blobsLinkedBesides(files: readonly FileResult[], repositoryPath: string): Set<string> {
  const sources = new Set(files.map(({ task }) => task.sourcePath));
  const snapshotsPath = path.join(repositoryPath, 'snapshots');
  try {
    return linkedBlobs(snapshotsPath, sources);
  } catch (error) {
    throw toZnnError(error, { file: snapshotsPath });
  }
}

function linkedBlobs(folderPath: string, except: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  for (const name of system.readdirSync(folderPath)) {
    const entryPath = path.join(folderPath, name);
    const stats = system.lstatSync(entryPath, { throwIfNoEntry: false });
    // Another run may be at work here.
    if (stats === undefined) continue;
    if (stats.isDirectory()) for (const blobPath of linkedBlobs(entryPath, except)) found.add(blobPath);
    const isLink = stats.isSymbolicLink() && !except.has(entryPath);
    const blobPath = isLink ? blobPathOf(entryPath) : undefined;
    if (blobPath !== undefined) found.add(blobPath);
  }
  return found;
}

import path from 'node:path';
import pMap from 'p-map';
import type { FileTask, RunPlan, TaskAction } from '../discover/tasks.js';
import { ZnnError } from '../errors.js';
import { startStopwatch } from '../io/stopwatch.js';
import { removeStaleTemporaries } from '../io/temporary/stale-temporaries.js';
import type { JobRunner } from '../pool/job/protocol.js';
import { copyFile } from './companions/copy-file.js';
import { rewriteAttributes } from './companions/rewrite-attributes.js';
import { rewriteIndex } from './companions/rewrite-index.js';
import type { Ended, Outcome, TaskContext, WritingTask } from './context.js';
import { removeSourceOrFindItGone, unlessDoneByAnother } from './outputs/another-run.js';
import { assertTargetsApart } from './outputs/assert-targets-apart.js';
import { ledgerEntriesOf } from './outputs/output-ledger.js';
import { finishTargetFolders, makeTargetFolders } from './outputs/target-folders.js';
import { runContext } from './run-context.js';
import { checkSpace } from './space/assert-space.js';
import { runTask } from './task.js';
import type { FileResult, RunOptions, RunResult } from './types.js';

/** Does what a run is about with one file.
 * @throws ZnnError, or the signal's reason */
export type FileHandler = (task: WritingTask, context: TaskContext) => Promise<Outcome>;

/** What says how a whole folder stands, and so waits until it does. */
const FINISHING: ReadonlySet<TaskAction> = new Set(['rewrite-attributes', 'rewrite-index']);

/** Files in work at a time: while the last frames of one are encoded and it gets its name, the next one's are on their
 * way, so that no worker waits between the shards of a model. */
const FILES_AT_ONCE = 3;

/** Carries out a plan, group by group. In each: the weights and copies, then the indexes if nothing failed, then, with
 * `removeSources` and if still nothing failed, the sources go; with `removeEach` each goes after its own output.
 * @throws the signal's reason when the run was stopped */
export async function runGroups(
  plan: RunPlan,
  options: RunOptions,
  runner: JobRunner,
  handleFile: FileHandler,
): Promise<RunResult> {
  const seconds = startStopwatch();
  const files: FileResult[] = [];
  removeLeftovers(plan);
  assertTargetsApart(plan);
  const shared = runContext(plan.verb, options, runner);
  checkSpace(plan, options, shared.restorePlans);
  for (const group of plan.groups) {
    const context: TaskContext = { ...shared, group };
    files.push(...(await runGroup(context, handleFile)));
  }
  return { files, seconds: seconds() };
}

/** What earlier runs left unfinished in the folders that this one writes to. */
function removeLeftovers(plan: RunPlan): void {
  const targets = plan.groups.flatMap(({ tasks }) => tasks.map(({ targetPath }) => targetPath));
  const folders = new Set(
    targets.filter((target) => target !== undefined).map((target) => path.dirname(target)),
  );
  for (const folder of folders) removeStaleTemporaries(folder);
}

async function runGroup(context: TaskContext, handleFile: FileHandler): Promise<FileResult[]> {
  const { options, group, refusalNotes } = context;
  const isDurable = options.fsync || options.removeSources;
  const folders = await makeTargetFolders(group.targetFolders, isDurable, refusalNotes);
  // With --rm a file's last word is whether its source could go, and that is known when the whole group is done.
  const waitsForGroup = options.removeSources && !options.removeEach;
  const report = ({ result }: Ended) => options.observer?.onFileEnd?.(result);
  const reportEnd = (end: Ended) => (waitsForGroup ? undefined : report(end));
  const run = async (task: FileTask) => {
    const end = await runTask(task, options, async () => {
      if (folders.error !== undefined && task.targetPath !== undefined) throw folders.error;
      return unlessDoneByAnother(task, context, () => actOn(task, context, handleFile));
    });
    return options.removeSources && options.removeEach ? removeSourceOrFindItGone(end, context) : end;
  };

  const finishing = group.tasks.filter(({ action }) => FINISHING.has(action));
  const ended = await runSideBySide(
    group.tasks.filter((task) => !finishing.includes(task)),
    run,
    reportEnd,
    options,
  );
  for (const task of finishing) {
    options.signal?.throwIfAborted();
    const end = ended.some(hasFailed) && waitsForOthers(task, options) ? withheld(task) : await run(task);
    ended.push(end);
    reportEnd(end);
  }
  // Where a file failed the next run has to write to them.
  if (!ended.some(hasFailed)) finishTargetFolders(folders.made, refusalNotes);
  const last =
    !waitsForGroup || ended.some(hasFailed)
      ? ended
      : ended.map((end) => removeSourceOrFindItGone(end, context));
  const results = last.map(({ result }) => result);
  const { kept, removed } = ledgerEntriesOf(results);
  await context.ledger.record(kept, removed);
  if (waitsForGroup) last.forEach(report);
  return results;
}

/** Where sources go one by one, an index in place must say how things stand when the run ends, even if a file failed. */
function waitsForOthers({ action, sourcePath, targetPath }: FileTask, { removeEach }: RunOptions): boolean {
  return !(removeEach && action === 'rewrite-index' && targetPath === sourcePath);
}

/** Runs a few tasks at a time; where sources go one by one, for want of space, one. Ends are reported in the order of the
 * tasks, whichever comes first.
 * @throws the signal's reason, once every task that was started has ended */
async function runSideBySide(
  tasks: readonly FileTask[],
  run: (task: FileTask) => Promise<Ended>,
  report: (end: Ended) => void,
  { signal, removeEach }: RunOptions,
): Promise<Ended[]> {
  const ended: Ended[] = [];
  let reportedCount = 0;
  const runOne = async (task: FileTask, taskIndex: number): Promise<Ended> => {
    signal?.throwIfAborted();
    const end = await run(task);
    ended[taskIndex] = end;
    for (let next = ended[reportedCount]; next !== undefined; next = ended[++reportedCount]) report(next);
    return end;
  };
  try {
    return await pMap(tasks, runOne, { concurrency: removeEach ? 1 : FILES_AT_ONCE, stopOnError: false });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

async function actOn(task: FileTask, context: TaskContext, handleFile: FileHandler): Promise<Outcome> {
  if (task.action === 'skip') return { status: 'skipped' };
  if (task.action === 'refuse') throw new ZnnError('io', task.reason ?? 'cannot be used');
  // Only verify and info write nothing, and their handlers look at no target.
  const writing = { ...task, targetPath: task.targetPath ?? task.sourcePath };
  if (task.action === 'copy') return copyFile(writing, context);
  if (task.action === 'rewrite-index') return rewriteIndex(writing, context);
  if (task.action === 'rewrite-attributes') return rewriteAttributes(writing, context);
  return handleFile(writing, context);
}

/** An index comes last, so that it never names a file that is not there; so does what tells Git about the files. */
function withheld(task: FileTask): Ended {
  const reason = 'not written, since a file of its folder failed; run again when that is mended';
  const skipped: FileTask = { ...task, reason };
  return {
    result: { task: skipped, status: 'skipped', originalBytes: 0, compressedBytes: 0, seconds: 0, notes: [] },
  };
}

function hasFailed({ result }: Ended): boolean {
  return result.status === 'failed';
}

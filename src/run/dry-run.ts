import type { FileTask, RunPlan, TaskGroup } from '../discover/tasks.js';
import type { JobRunner } from '../pool/job/protocol.js';
import { decideOnCopy } from './companions/copy-file.js';
import type { TaskContext, WritingTask } from './context.js';
import { withBase } from './inputs/base-file.js';
import { RestorePlans } from './inputs/decode-plans.js';
import type { TargetDecision } from './outputs/existing-target.js';
import { runContext } from './run-context.js';
import { withRunner } from './run-plan.js';
import { checkSpace } from './space/assert-space.js';
import type { RunOptions } from './types.js';
import { decideOnCompressed, planCompressionOf } from './verbs/compress.js';
import { decideOnRestored, planDecompressionOf } from './verbs/decompress.js';

/** A frame as a dry run shows it. */
export interface PlannedFrame {
  readonly rawOffset: number;
  readonly rawBytes: number;
  /** What it will be encoded as, `auto` where a sample decides; or the dtype that its header names. */
  readonly encoding: string;
}

/** What a run would find in the place of an output. */
export type TargetState = 'absent' | 'up-to-date' | 'replaced';

/** What a dry run needs to look at tasks as the run itself would. Nothing is written, and no source goes. */
export function dryRunContext(
  { verb }: RunPlan,
  group: TaskGroup,
  options: Omit<RunOptions, 'signal' | 'observer'>,
  runner: JobRunner,
): TaskContext {
  const keeping = { ...options, removeSources: false, removeEach: false };
  return { ...runContext(verb, keeping, runner), group };
}

/** What stands where the task's output is to go.
 * @throws ZnnError as the run itself would, for a source that cannot be read and a target that may not be replaced */
export async function targetStateOf(task: FileTask, context: TaskContext): Promise<TargetState> {
  const { targetPath, action } = task;
  const decide = DECISIONS.get(action);
  if (targetPath === undefined || decide === undefined) return 'absent';
  const { outcome, existing } = await withBase(task, (base) =>
    decide({ ...task, targetPath }, { ...context, ...(base && { base }) }),
  );
  if (outcome !== undefined) return 'up-to-date';
  return existing === undefined ? 'absent' : 'replaced';
}

const DECISIONS: ReadonlyMap<
  FileTask['action'],
  (task: WritingTask, context: TaskContext) => Promise<TargetDecision>
> = new Map([
  ['compress', decideOnCompressed],
  ['decompress', decideOnRestored],
  ['copy', decideOnCopy],
]);

/** The frames that a task will write or read; `undefined` for a task without frames.
 * @throws ZnnError as the run itself would, for a file that cannot be read or is damaged where frames are described */
export async function plannedFramesOf(
  task: FileTask,
  { options, runner }: TaskContext,
): Promise<readonly PlannedFrame[] | undefined> {
  if (task.action === 'compress') return (await planCompressionOf(task, options)).frames.map(shown);
  if (task.action !== 'decompress' && task.action !== 'verify') return undefined;
  const { frames } = planDecompressionOf(task.sourcePath, options, runner);
  return frames.map((frame) => shown({ ...frame, encoding: frame.dtypeName }));
}

/** What the run would say of free space before it starts, as notes.
 * @throws ZnnError `io` where the run itself would */
export async function spaceNotesOf(plan: RunPlan, options: Omit<RunOptions, 'observer'>): Promise<string[]> {
  const notes: string[] = [];
  const observer = { onNote: (text: string) => void notes.push(text) };
  await withRunner({ threads: 1 }, (runner) =>
    checkSpace(plan, { ...options, observer }, new RestorePlans(runner, options.limits)),
  );
  return notes;
}

function shown({ rawOffset, rawBytes, encoding }: PlannedFrame): PlannedFrame {
  return { rawOffset, rawBytes, encoding };
}

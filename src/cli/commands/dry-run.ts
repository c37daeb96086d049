import { assertNoPointers } from '../../discover/pointer-files.js';
import type { FileTask, RunPlan } from '../../discover/tasks.js';
import { toZnnError, type ZnnError } from '../../errors.js';
import type { TaskContext } from '../../run/context.js';
import {
  dryRunContext,
  type PlannedFrame,
  plannedFramesOf,
  spaceNotesOf,
  type TargetState,
  targetStateOf,
} from '../../run/dry-run.js';
import { withRunner } from '../../run/run-plan.js';
import type { CliOptions } from '../arguments/options.js';
import { runOptionsOf } from '../arguments/run-options.js';
import { errorFields, errorLine } from '../report/error-lines.js';
import { exitCodeOf } from '../report/exit-codes.js';
import { leftOutLine } from '../report/file-lines.js';
import type { Output } from '../report/output.js';
import { jsonLine, printable } from '../report/printable.js';
import { errorOfTask } from '../report/task-errors.js';
import { formatBytes, formatCount } from '../report/units.js';

/** Prints what a run would do, its frames too with `--verbose` or `--json`, and does nothing.
 * @returns the exit code that paths and targets which cannot be used ask for */
export async function printDryRun(plan: RunPlan, options: CliOptions, output: Output): Promise<number> {
  const errors: ZnnError[] = [];
  const notes = [...plan.notes, ...(await spaceNotes(plan, options, errors))];
  for (const note of options.json ? [] : notes) output.say(`znn: note: ${printable(note)}`);
  for (const error of errors) output.say(errorLine(error));
  const files = { planned: 0, failed: 0 };
  await withRunner({ threads: 1 }, async (runner) => {
    for (const group of plan.groups) {
      const context = dryRunContext(plan, group, runOptionsOf(options), runner);
      for (const task of group.tasks) {
        const error = await printTask(plan, task, context, options, output);
        if (error === undefined) files.planned++;
        else files.failed++;
        if (error !== undefined) errors.push(error);
      }
    }
  });
  const exitCode = exitCodeOf(errors);
  if (options.json) output.print(jsonLine({ type: 'summary', verb: plan.verb, exitCode, notes, files }));
  return exitCode;
}

/** @returns what the run itself would fail with */
async function printTask(
  plan: RunPlan,
  task: FileTask,
  context: TaskContext,
  options: CliOptions,
  output: Output,
): Promise<ZnnError | undefined> {
  try {
    if (task.action === 'refuse') throw errorOfTask(task);
    assertNoPointers(task);
    const state = await targetStateOf(task, context);
    const hasFrames = options.json || options.verbosity === 'verbose';
    const frames = hasFrames ? await plannedFramesOf(task, context) : undefined;
    if (task.leftOut === 'of-output' || (task.leftOut === 'of-run' && options.verbosity !== 'quiet'))
      output.say(leftOutLine(task));
    const found = { frames, targetState: task.targetPath && state };
    for (const line of options.json ? [planLine(plan, task, found)] : textLines(task, state, frames))
      output.print(line);
    return undefined;
  } catch (thrown) {
    const error = toZnnError(thrown, { file: task.sourcePath });
    output.say(errorLine(error));
    if (options.json) output.print(planLine(plan, task, { error: errorFields(error) }));
    return error;
  }
}

async function spaceNotes(plan: RunPlan, options: CliOptions, errors: ZnnError[]): Promise<string[]> {
  try {
    return await spaceNotesOf(plan, runOptionsOf(options));
  } catch (thrown) {
    errors.push(toZnnError(thrown));
    return [];
  }
}

function planLine(
  plan: RunPlan,
  task: FileTask,
  found: { frames?: readonly PlannedFrame[] | undefined; targetState?: string | undefined; error?: object },
): string {
  const { action, sourcePath, targetPath, sourceBytes, reason, leftOut } = task;
  return jsonLine({
    ...{ type: 'plan', verb: plan.verb, action, source: sourcePath, target: targetPath },
    ...{ sourceBytes, reason, leftOut, ...found },
  });
}

function textLines(task: FileTask, state: TargetState, frames: readonly PlannedFrame[] = []): string[] {
  if (state === 'up-to-date') return [`is up to date ${printable(task.targetPath ?? '')}`];
  const { action, sourcePath, targetPath, sourceBytes, reason } = task;
  const target = targetPath === undefined || targetPath === sourcePath ? '' : ` -> ${printable(targetPath)}`;
  const why = reason === undefined ? '' : `: ${printable(reason)}`;
  const replacing = state === 'replaced' ? ', replacing what is there' : '';
  const count = frames.length === 0 ? '' : `, ${formatCount(frames.length, 'frame')}`;
  return [
    `would ${action} ${printable(sourcePath)}${target} (${formatBytes(sourceBytes)}${count})${why}${replacing}`,
    ...frames.map(({ rawOffset, rawBytes, encoding }) => `  ${rawOffset} + ${rawBytes} ${encoding}`),
  ];
}

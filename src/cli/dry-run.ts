import { toZnnError, type ZnnError } from '../errors.js';
import { type PlannedFrame, plannedFramesOf, spaceNotesOf } from '../pipeline/dry-run.js';
import { assertNoPointers } from '../plan/pointer-files.js';
import type { FileTask, RunPlan } from '../plan/types.js';
import { errorFields, errorLine } from './error-lines.js';
import { exitCodeOf } from './exit-codes.js';
import type { CliOptions } from './options.js';
import type { Output } from './output.js';
import { jsonLine, printable } from './printable.js';
import { runOptionsOf } from './run-options.js';
import { errorOfTask } from './task-errors.js';
import { formatBytes, formatCount } from './units.js';

/** Prints what a run would do, its frames too with `--verbose` or `--json`, and does nothing.
 * @returns the exit code that paths which cannot be used ask for */
export async function printDryRun(plan: RunPlan, options: CliOptions, output: Output): Promise<number> {
  const errors: ZnnError[] = [];
  const notes = [...plan.notes, ...(await spaceNotes(plan, options, errors))];
  for (const note of options.json ? [] : notes) output.say(`znn: note: ${printable(note)}`);
  for (const error of errors) output.say(errorLine(error));
  const files = { planned: 0, failed: 0 };
  for (const task of plan.groups.flatMap((group) => group.tasks)) {
    try {
      if (task.action === 'refuse') throw errorOfTask(task);
      assertNoPointers(task);
      const frames =
        options.json || options.verbosity === 'verbose' ? await plannedFramesOf(task, options) : undefined;
      for (const line of options.json ? [planLine(plan, task, { frames })] : textLines(task, frames))
        output.print(line);
      files.planned++;
    } catch (thrown) {
      const error = toZnnError(thrown, { file: task.sourcePath });
      errors.push(error);
      output.say(errorLine(error));
      if (options.json) output.print(planLine(plan, task, { error: errorFields(error) }));
      files.failed++;
    }
  }
  const exitCode = exitCodeOf(errors);
  if (options.json) output.print(jsonLine({ type: 'summary', verb: plan.verb, exitCode, notes, files }));
  return exitCode;
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
  found: { frames?: readonly PlannedFrame[] | undefined; error?: Record<string, unknown> },
): string {
  const { action, sourcePath, targetPath, sourceBytes, reason } = task;
  return jsonLine({
    ...{ type: 'plan', verb: plan.verb, action, source: sourcePath, target: targetPath },
    ...{ sourceBytes, reason, ...found },
  });
}

function textLines(task: FileTask, frames: readonly PlannedFrame[] = []): string[] {
  const { action, sourcePath, targetPath, sourceBytes, reason } = task;
  const target = targetPath === undefined || targetPath === sourcePath ? '' : ` -> ${printable(targetPath)}`;
  const why = reason === undefined ? '' : `: ${printable(reason)}`;
  const count = frames.length === 0 ? '' : `, ${formatCount(frames.length, 'frame')}`;
  return [
    `would ${action} ${printable(sourcePath)}${target} (${formatBytes(sourceBytes)}${count})${why}`,
    ...frames.map(({ rawOffset, rawBytes, encoding }) => `  ${rawOffset} + ${rawBytes} ${encoding}`),
  ];
}

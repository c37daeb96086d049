import { type CheckedGroup, type CheckResult, check } from '../../check/check.js';
import { repair } from '../../check/repair/repair.js';
import { planRepairs, type RepairTask } from '../../check/repair/repair-plan.js';
import { toZnnError, ZnnError } from '../../errors.js';
import { RefusalNotes } from '../../run/outputs/refusal-notes.js';
import { withRunner } from '../../run/run-plan.js';
import { findFiles, thisMachine } from '../arguments/find-files.js';
import type { CliOptions } from '../arguments/options.js';
import { checkJson, checkText, type Repair } from '../report/check-report.js';
import { errorLine } from '../report/error-lines.js';
import { exitCodeOf } from '../report/exit-codes.js';
import type { Output } from '../report/output.js';
import { printable } from '../report/printable.js';
import type { CommandContext, CommandRun } from './command.js';

/** `znn check`: what files and folders are, and what is wrong with them. */
export const checkCommand: CommandRun = async (options, context) => {
  const { outputPath = '', ...where } = options;
  const plan = findFiles('info', where, true);
  return withRunner({ threads: 1 }, async (runner) => {
    const groups = check(plan, runner, options.limits);
    const isOne = options.paths.length === 1 && groups.length === 1;
    const tasks = options.repair ? planRepairs(groups, outputPath, isOne, thisMachine()) : [];
    const notes = [...plan.notes];
    const refusalNotes = new RefusalNotes({ onNote: (text) => void notes.push(text) });
    const repairs = await repairAll(tasks, options, context, refusalNotes);
    return report(groups, repairs, notes, options, context.output);
  });
};

async function repairAll(
  tasks: readonly RepairTask[],
  { limits }: CliOptions,
  { signal }: CommandContext,
  refusalNotes: RefusalNotes,
): Promise<Map<CheckResult, Repair>> {
  const repairs = new Map<CheckResult, Repair>();
  for (const task of tasks) {
    signal.throwIfAborted();
    const { checked, targetPath } = task;
    try {
      await repair(task, { signal, refusalNotes, ...(limits && { limits }) });
      repairs.set(checked, { targetPath });
    } catch (thrown) {
      signal.throwIfAborted();
      repairs.set(checked, { error: toZnnError(thrown) });
    }
  }
  return repairs;
}

function report(
  groups: readonly CheckedGroup[],
  repairs: ReadonlyMap<CheckResult, Repair>,
  notes: readonly string[],
  options: CliOptions,
  output: Output,
): number {
  for (const note of options.json ? [] : notes) output.say(`znn: note: ${printable(note)}`);
  const files = groups.flatMap((group) => group.files);
  const errors = files.flatMap((file) => errorsOf(file, repairs.get(file)));
  for (const file of files) {
    const error = file.error ?? repairs.get(file)?.error;
    if (error !== undefined) output.say(errorLine(error));
  }
  const exitCode = exitCodeOf(errors);
  const lines = options.json
    ? checkJson(groups, repairs, notes, exitCode)
    : checkText(groups, repairs, options);
  for (const line of lines) output.print(line);
  return exitCode;
}

/** What counts for the exit code: what could not be read or repaired, and what is wrong and not repaired. */
function errorsOf({ path: file, findings, error }: CheckResult, repaired: Repair | undefined): ZnnError[] {
  const failures = [error, repaired?.error].filter((each) => each !== undefined);
  const isRepaired = repaired?.targetPath !== undefined;
  const wrong = findings.filter(
    ({ severity }) => severity === 'suspicion' || (severity === 'defect' && !isRepaired),
  );
  return [
    ...failures,
    ...wrong.map(({ errorCode, message }) => new ZnnError(errorCode ?? 'unsupported', message, { file })),
  ];
}

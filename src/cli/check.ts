import path from 'node:path';
import { toZnnError, ZnnError } from '../errors.js';
import { type CheckedGroup, type CheckResult, check } from '../pipeline/check.js';
import { isRepairable, repair, repairedNameOf } from '../pipeline/repair.js';
import { withRunner } from '../pipeline/run-plan.js';
import { checkJson, checkText } from './check-report.js';
import { errorLine } from './error-lines.js';
import { exitCodeOf } from './exit-codes.js';
import { findFiles } from './find-files.js';
import type { CliOptions } from './options.js';
import type { Output } from './output.js';
import { printable } from './printable.js';
import type { CommandContext, CommandRun } from './start-command.js';

/** What became of a file's repair. */
export interface Repair {
  readonly targetPath?: string;
  readonly error?: ZnnError;
}

/** `znn check`: what files and folders are, and what is wrong with them. */
export const checkCommand: CommandRun = async (options, context) => {
  const { outputPath, ...where } = options;
  const plan = findFiles('info', where, true);
  return withRunner(1, async (runner) => {
    const groups = check(plan, runner, options.limits);
    const repairs = options.repair ? await repairAll(groups, outputPath ?? '', context) : new Map();
    return report(groups, repairs, plan.notes, options, context.output);
  });
};

async function repairAll(
  groups: readonly CheckedGroup[],
  outputPath: string,
  { signal }: CommandContext,
): Promise<Map<CheckResult, Repair>> {
  const repairs = new Map<CheckResult, Repair>();
  const isOneFile = groups.length === 1 && groups[0]?.isFolder === false && !/[/\\]$/.test(outputPath);
  for (const file of groups.flatMap(({ files }) => files).filter(isRepairable)) {
    signal.throwIfAborted();
    const { dir, base } = path.parse(file.relativePath);
    const targetPath = isOneFile ? outputPath : path.join(outputPath, dir, repairedNameOf(base));
    try {
      await repair(file, targetPath, signal);
      repairs.set(file, { targetPath });
    } catch (thrown) {
      signal.throwIfAborted();
      repairs.set(file, { error: toZnnError(thrown) });
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

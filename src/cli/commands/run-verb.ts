import type { RunPlan, Verb } from '../../discover/tasks.js';
import { runPlan } from '../../run/run-plan.js';
import type { RunObserver, RunOptions, RunResult } from '../../run/types.js';
import { findFiles } from '../arguments/find-files.js';
import type { CliOptions } from '../arguments/options.js';
import { runOptionsOf } from '../arguments/run-options.js';
import { settleColors } from '../report/display.js';
import { exitCodeOf } from '../report/exit-codes.js';
import type { Output } from '../report/output.js';
import type { Progress } from '../report/progress.js';
import type { Reporter } from '../report/reporter.js';
import { errorOf } from '../report/task-errors.js';
import type { CommandContext } from './command.js';
import { printDryRun } from './dry-run.js';

/** Finds the files of a verb that goes through contents, and carries the plan out.
 * @throws ZnnError `invalid-argument` when the paths and options make no sense together */
export function runVerb(
  verb: Exclude<Verb, 'info'>,
  options: CliOptions,
  context: CommandContext,
): Promise<number> {
  return runFound(options, context, () => ({ ...findFiles(verb, options), verb }), runPlan);
}

/** What commands that run a plan have in common: find the files, carry the plan out, report, give the exit code.
 * @throws what `find` and `carryOut` throw */
export async function runFound<Plan extends RunPlan>(
  options: CliOptions,
  { output, signal }: CommandContext,
  find: () => Plan,
  carryOut: (plan: Plan, options: RunOptions) => Promise<RunResult>,
): Promise<number> {
  const hasDisplay = output.stderrIsTerminal && options.verbosity !== 'quiet';
  if (hasDisplay) settleColors(process.env);
  const display = hasDisplay ? await import('../report/progress.js') : undefined;
  const plan = display === undefined ? find() : display.withSpinner('Looking for files', find);
  if (options.dryRun) return printDryRun(plan, options, output);

  const progress = display?.startProgress(plan);
  const reporter = await createReporter(plan.verb, options, aroundProgress(output, progress));
  for (const note of plan.notes) reporter.note(note);
  const observer = observerOf(reporter, progress);
  try {
    const result = await carryOut(plan, { ...runOptionsOf(options), signal, observer });
    progress?.stop();
    const exitCode = exitCodeOf(result.files.filter(({ status }) => status === 'failed').map(errorOf));
    reporter.runEnd(result, exitCode);
    return exitCode;
  } finally {
    progress?.stop();
  }
}

async function createReporter(verb: Verb, options: CliOptions, output: Output): Promise<Reporter> {
  if (options.json) {
    const { createJsonReporter } = await import('../report/json-report.js');
    return createJsonReporter(verb, output);
  }
  const { createTextReporter } = await import('../report/text-report.js');
  const hasTable = output.stdoutIsTerminal && options.verbosity !== 'quiet';
  const renderTable = hasTable ? (await import('../report/report-table.js')).renderTable : undefined;
  return createTextReporter(verb, options.verbosity, output, renderTable);
}

// Nothing may be written over the bar: while it is there, it shows the lines itself, above.
function aroundProgress(output: Output, progress: Progress | undefined): Output {
  if (progress === undefined) return output;
  return {
    ...output,
    say: (line) => (progress.isLive() ? progress.say(line) : output.say(line)),
    print: (line) => (progress.isLive() && output.stdoutIsTerminal ? progress.say(line) : output.print(line)),
  };
}

function observerOf(reporter: Reporter, progress: Progress | undefined): RunObserver {
  return {
    onNote: (text) => reporter.note(text),
    onFileStart: (task) => progress?.onFileStart(task),
    onProgress: (task, done, total) => progress?.onProgress(task, done, total),
    onFileEnd(result) {
      progress?.onFileEnd(result);
      reporter.fileEnd(result);
    },
  };
}

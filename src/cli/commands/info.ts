import { toZnnError, type ZnnError } from '../../errors.js';
import { describeFile } from '../../info/describe.js';
import type { FileInfo } from '../../info/file-info.js';
import { withRunner } from '../../run/run-plan.js';
import { findFiles } from '../arguments/find-files.js';
import { errorFields, errorLine } from '../report/error-lines.js';
import { exitCodeOf } from '../report/exit-codes.js';
import { infoText } from '../report/info-text.js';
import type { Output } from '../report/output.js';
import { jsonLine, printable } from '../report/printable.js';
import { errorOfTask } from '../report/task-errors.js';
import { ratioPercentOf, rounded } from '../report/units.js';
import type { CommandRun } from './command.js';

/** Tensors that are listed without `--verbose`. */
const TENSORS_SHOWN = 10;

/** `znn info`: what each file is and holds. Only headers and tables are read. */
export const infoCommand: CommandRun = async (options, { output, signal }) => {
  const plan = findFiles('info', options);
  const tensorsShown = options.verbosity === 'verbose' ? Number.POSITIVE_INFINITY : TENSORS_SHOWN;
  const errors: ZnnError[] = [];
  let shownCount = 0;
  for (const note of options.json ? [] : plan.notes) output.say(`znn: note: ${printable(note)}`);
  for (const task of plan.groups.flatMap(({ tasks }) => tasks)) {
    signal.throwIfAborted();
    try {
      if (task.action === 'refuse') throw errorOfTask(task);
      const info = await withRunner({ threads: 1 }, (runner) =>
        describeFile(task.sourcePath, runner, options.limits),
      );
      if (options.json) output.print(jsonLine(infoFields(info)));
      else output.print(`${shownCount > 0 ? '\n' : ''}${infoText(info, tensorsShown)}`);
      shownCount++;
    } catch (thrown) {
      const error = toZnnError(thrown, { file: task.sourcePath });
      errors.push(error);
      reportError(error, options.json, output);
    }
  }
  const exitCode = exitCodeOf(errors);
  if (options.json) {
    const files = { done: shownCount, failed: errors.length };
    output.print(jsonLine({ type: 'summary', verb: 'info', exitCode, notes: plan.notes, files }));
  }
  return exitCode;
};

function infoFields({ path, ...info }: FileInfo): Record<string, unknown> {
  const ratioPercent =
    info.frames.length === 0 ? undefined : rounded(ratioPercentOf(info.fileBytes, info.originalBytes));
  return { type: 'info', source: path, ratioPercent, ...info };
}

function reportError(error: ZnnError, json: boolean, output: Output): void {
  output.say(errorLine(error));
  if (!json) return;
  output.print(jsonLine({ type: 'info', source: error.where.file, error: errorFields(error) }));
}

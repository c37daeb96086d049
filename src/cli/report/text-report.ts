import type { Verb } from '../../discover/tasks.js';
import type { FileResult, RunResult } from '../../run/types.js';
import type { Verbosity } from '../arguments/options.js';
import { errorLine } from './error-lines.js';
import { fileLine, leftOutLine, summaryLine } from './file-lines.js';
import type { Output } from './output.js';
import { printable } from './printable.js';
import type { ReportRow } from './report-table.js';
import type { Reporter } from './reporter.js';
import { isWeightResult, summarize } from './summary.js';
import { errorOf } from './task-errors.js';

/** Off a terminal one plain line per file as it ends; on a terminal, where a bar shows what goes on, a table at the end.
 * @param renderTable given on a terminal */
export function createTextReporter(
  verb: Verb,
  verbosity: Verbosity,
  output: Output,
  renderTable?: (rows: readonly ReportRow[], total: ReportRow) => string,
): Reporter {
  const isQuiet = verbosity === 'quiet';
  const note = (text: string) => {
    if (!isQuiet) output.say(`znn: note: ${printable(text)}`);
  };
  return {
    note,
    fileEnd(result) {
      for (const text of result.notes) note(`${result.task.sourcePath}: ${text}`);
      const { leftOut } = result.task;
      if (leftOut === 'of-output' || (leftOut === 'of-run' && !isQuiet)) output.say(leftOutLine(result.task));
      if (result.status === 'failed') output.say(errorLine(errorOf(result)));
      else if (leftOut === undefined && !isQuiet && (renderTable === undefined || verbosity === 'verbose'))
        output.print(fileLine(result));
    },
    runEnd(result) {
      if (isQuiet) return;
      const table = renderTable && tableOf(result, renderTable);
      if (table !== undefined) output.print(table);
      output.print(summaryLine(verb, summarize(result)));
    },
  };
}

function tableOf(
  result: RunResult,
  renderTable: (rows: readonly ReportRow[], total: ReportRow) => string,
): string | undefined {
  const rows = result.files.filter(isWeightResult).map(rowOf);
  if (rows.length === 0) return undefined;
  return renderTable(rows, { name: 'total', ...summarize(result) });
}

function rowOf(result: FileResult): ReportRow {
  const { task, originalBytes, compressedBytes, seconds } = result;
  const row = { name: task.sourcePath, originalBytes, compressedBytes, seconds };
  if (result.status === 'failed') return { ...row, remark: 'FAILED' };
  return result.status === 'up-to-date' ? { ...row, remark: 'up to date' } : row;
}

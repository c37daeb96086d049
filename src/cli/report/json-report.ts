// The names in these objects are documented in README.md, "JSON", and are part of the interface.

import type { Verb } from '../../discover/tasks.js';
import type { FileResult, RunResult } from '../../run/types.js';
import { errorFields, errorLine } from './error-lines.js';
import { leftOutLine } from './file-lines.js';
import type { Output } from './output.js';
import { jsonLine } from './printable.js';
import type { Reporter } from './reporter.js';
import { isWeightResult, summarize } from './summary.js';
import { errorOf } from './task-errors.js';
import { gigabytesPerSecondOf, ratioPercentOf, rounded } from './units.js';

/** JSON lines on stdout: an object for each file as it ends, then a summary. Errors have their line on stderr as well. */
export function createJsonReporter(verb: Verb, output: Output): Reporter {
  const print = (object: Record<string, unknown>) => output.print(jsonLine(object));
  const runNotes: string[] = [];
  return {
    note: (text) => void runNotes.push(text),
    fileEnd(result) {
      if (result.status === 'failed') output.say(errorLine(errorOf(result)));
      if (result.task.leftOut === 'of-output') output.say(leftOutLine(result.task));
      print({ type: 'file', verb, ...fileFields(result) });
    },
    runEnd: (result, exitCode) =>
      print({ type: 'summary', verb, exitCode, notes: runNotes, ...summaryFields(result) }),
  };
}

function fileFields(result: FileResult): Record<string, unknown> {
  const { task, status, seconds, checked, removedSource, replaced, notes } = result;
  return {
    action: task.action,
    status,
    source: task.sourcePath,
    target: task.targetPath,
    ...sizeFields(result),
    seconds: rounded(seconds),
    gigabytesPerSecond: speedOf(result),
    checked,
    removedSource,
    replaced: replaced || undefined,
    reason: task.reason,
    leftOut: task.leftOut,
    notes,
    error: status === 'failed' ? errorFields(errorOf(result)) : undefined,
  };
}

/** Sizes are known of what ended well, and apply to weights and copies. */
function sizeFields({ task, status, originalBytes, compressedBytes }: FileResult): Record<string, unknown> {
  const hasEnded = status === 'done' || status === 'up-to-date';
  if (!hasEnded || task.action === 'rewrite-index' || task.action === 'rewrite-attributes') return {};
  return {
    originalBytes,
    compressedBytes,
    ratioPercent: rounded(ratioPercentOf(compressedBytes, originalBytes)),
  };
}

/** A file that was only looked at has no speed. */
function speedOf(result: FileResult): number | undefined {
  if (result.status !== 'done' || !isWeightResult(result)) return undefined;
  return rounded(gigabytesPerSecondOf(result.originalBytes, result.seconds));
}

function summaryFields(result: RunResult): Record<string, unknown> {
  const { originalBytes, compressedBytes, workedBytes, seconds, ...counts } = summarize(result);
  const { doneCount, copiedCount, rewrittenCount, upToDateCount, skippedCount, failedCount } = counts;
  return {
    files: {
      done: doneCount,
      copied: copiedCount,
      rewritten: rewrittenCount,
      upToDate: upToDateCount,
      skipped: skippedCount,
      failed: failedCount,
    },
    checked: { content: counts.contentCheckedCount, structure: counts.structureCheckedCount },
    originalBytes,
    compressedBytes,
    ratioPercent: rounded(ratioPercentOf(compressedBytes, originalBytes)),
    seconds: rounded(seconds),
    gigabytesPerSecond: workedBytes > 0 ? rounded(gigabytesPerSecondOf(workedBytes, seconds)) : undefined,
  };
}

// One plain line per file, and one for the run: what a log holds.

import type { FileTask, Verb } from '../../discover/tasks.js';
import type { FileResult } from '../../run/types.js';
import { printable } from './printable.js';
import { isWeightResult, type RunSummary } from './summary.js';
import { formatBytes, formatCount, formatRatio, formatSeconds, formatSpeed } from './units.js';

const DONE_WORDS: Readonly<Record<FileTask['action'], string>> = {
  compress: 'compressed',
  decompress: 'restored',
  verify: 'verified',
  describe: 'described',
  copy: 'copied',
  'rewrite-attributes': 'rewrote',
  'rewrite-index': 'rewrote',
  skip: 'skipped',
  refuse: 'refused',
};

/** What became of one file. A failed one has its line on stderr instead: see `errorLine`. */
export function fileLine(result: FileResult): string {
  const { task, status } = result;
  const names = printable(namesOf(task, status));
  if (status === 'up-to-date') return `up to date ${names}${removalOf(result)}`;
  if (status === 'skipped') return `skipped ${names}: ${printable(task.reason ?? 'nothing to do')}`;
  const line = `${DONE_WORDS[task.action]} ${names}`;
  const why = task.reason === undefined ? '' : `: ${printable(task.reason)}`;
  if (!isWeightResult(result)) return `${line}${why}${replacementOf(result)}`;
  return `${line}: ${figuresOf(result)}${replacementOf(result)}${removalOf(result)}`;
}

/** For stderr: what a folder's run neither converts nor copies, and nobody asked it to leave out. */
export function leftOutLine({ sourcePath, reason, leftOut }: FileTask): string {
  const what = leftOut === 'of-output' ? 'it is not in the output' : 'it is left alone, with all in it';
  return printable(`znn: note: ${sourcePath}: ${reason}; ${what}`);
}

/** The last line of a run. */
export function summaryLine(verb: Verb, summary: RunSummary): string {
  const { doneCount, copiedCount, rewrittenCount, upToDateCount, skippedCount, failedCount } = summary;
  const counts = [
    `${DONE_WORDS[verb === 'info' ? 'describe' : verb]} ${formatCount(doneCount, 'file')}`,
    ...(copiedCount > 0 ? [`copied ${copiedCount}`] : []),
    ...(rewrittenCount > 0 ? [`rewrote ${rewrittenCount}`] : []),
    ...(upToDateCount > 0 ? [`${upToDateCount} up to date`] : []),
    ...(skippedCount > 0 ? [`skipped ${skippedCount}`] : []),
    ...(failedCount > 0 ? [`${failedCount} FAILED`] : []),
  ].join(', ');
  const { originalBytes, compressedBytes, workedBytes, seconds } = summary;
  if (originalBytes === 0) return counts;
  const sizes = sizesOf(verb, originalBytes, compressedBytes);
  return `${counts}: ${sizes}${workedBytes > 0 ? `, ${timeOf(workedBytes, seconds)}` : ''}${checksOf(verb, summary)}`;
}

function namesOf({ sourcePath, targetPath }: FileTask, status: FileResult['status']): string {
  if (status === 'up-to-date') return targetPath ?? sourcePath;
  return targetPath === undefined || targetPath === sourcePath
    ? sourcePath
    : `${sourcePath} -> ${targetPath}`;
}

function figuresOf({ task, originalBytes, compressedBytes, seconds, checked }: FileResult): string {
  const sizes = sizesOf(task.action, originalBytes, compressedBytes);
  const check =
    task.action !== 'verify'
      ? ''
      : `, ${checked === 'content' ? 'checksums match' : 'structure only: no checksums'}`;
  return `${sizes}, ${timeOf(originalBytes, seconds)}${check}`;
}

/** In the direction in which the bytes went. */
function sizesOf(action: Verb | FileTask['action'], originalBytes: number, compressedBytes: number): string {
  const original = formatBytes(originalBytes);
  const compressed = formatBytes(compressedBytes);
  const [from, to] = action === 'compress' ? [original, compressed] : [compressed, original];
  return `${from} -> ${to} (${formatRatio(compressedBytes, originalBytes)})`;
}

function timeOf(originalBytes: number, seconds: number): string {
  return `${formatSeconds(seconds)}, ${formatSpeed(originalBytes, seconds)}`;
}

function replacementOf({ replaced }: FileResult): string {
  return replaced ? ', replaced another file' : '';
}

function removalOf({ removedSource }: FileResult): string {
  return removedSource ? ', source removed' : '';
}

function checksOf(verb: Verb, { contentCheckedCount, structureCheckedCount }: RunSummary): string {
  if (verb !== 'verify' || contentCheckedCount + structureCheckedCount === 0) return '';
  if (structureCheckedCount === 0) return '; all by their checksums';
  const structure = `${structureCheckedCount} by structure only, for want of checksums`;
  return contentCheckedCount === 0 ? `; ${structure}` : `; ${contentCheckedCount} by checksums, ${structure}`;
}

import type { FileResult, RunResult } from '../../run/types.js';

/** What a run came to. */
export interface RunSummary {
  /** Files compressed, decompressed or verified. */
  readonly doneCount: number;
  /** Other files. */
  readonly copiedCount: number;
  /** Indexes, and what tells Git about the files. */
  readonly rewrittenCount: number;
  readonly upToDateCount: number;
  readonly skippedCount: number;
  readonly failedCount: number;
  /** Sums over the weight files that are done or up to date. */
  readonly originalBytes: number;
  readonly compressedBytes: number;
  /** Original bytes of the files that were worked on now: what the time was spent on. */
  readonly workedBytes: number;
  readonly contentCheckedCount: number;
  readonly structureCheckedCount: number;
  readonly seconds: number;
}

/** Whether the result is about weights, as against a file that was copied, rewritten or left alone. */
export function isWeightResult({ task }: FileResult): boolean {
  return task.action === 'compress' || task.action === 'decompress' || task.action === 'verify';
}

export function summarize({ files, seconds }: RunResult): RunSummary {
  const weights = files.filter(isWeightResult);
  const done = weights.filter(({ status }) => status === 'done');
  const copied = files.filter(({ status, task }) => status === 'done' && task.action === 'copy');
  const inPlace = weights.filter(({ status }) => status === 'done' || status === 'up-to-date');
  const withStatus = (status: FileResult['status']) => files.filter((file) => file.status === status).length;
  return {
    doneCount: done.length,
    copiedCount: copied.length,
    rewrittenCount: withStatus('done') - done.length - copied.length,
    upToDateCount: withStatus('up-to-date'),
    skippedCount: withStatus('skipped'),
    failedCount: withStatus('failed'),
    originalBytes: sumOf(inPlace, 'originalBytes'),
    compressedBytes: sumOf(inPlace, 'compressedBytes'),
    workedBytes: sumOf(done, 'originalBytes'),
    contentCheckedCount: done.filter(({ checked }) => checked === 'content').length,
    structureCheckedCount: done.filter(({ checked }) => checked === 'structure').length,
    seconds,
  };
}

function sumOf(files: readonly FileResult[], field: 'originalBytes' | 'compressedBytes'): number {
  return files.reduce((sum, file) => sum + file[field], 0);
}

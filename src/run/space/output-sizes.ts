import type { FileTask } from '../../discover/tasks.js';
import type { Limits } from '../../format/limits.js';
import { readSafetensorsHeader } from '../../format/safetensors/header.js';
import { fileSource } from '../../io/file-source.js';
import { closeInput, type InputFile, openInput } from '../../io/input-file.js';
import type { RestorePlans } from '../inputs/decode-plans.js';

/** Headers, tables and the frame index stay below a 512th of the source and this. */
const OVERHEAD_BYTES = 1 << 16;
const OVERHEAD_SHARE = 1 / 512;

/** What a dtype's tensors shrink to at best, of those that occur: F32 that holds BF16 values, scales, zeros. */
const LEAST_SHARES: ReadonlyMap<string, number> = new Map([
  ['BF16', 0.6],
  ['F16', 0.6],
  ['F32', 0.3],
  ['F8_E4M3', 0.6],
  ['F8_E5M2', 0.6],
]);
const LEAST_SHARE = 0.15;

/** What reading a source's headers takes. */
export interface SizeContext {
  readonly restorePlans: RestorePlans;
  readonly limits: Partial<Limits> | undefined;
}

/** The most that a task's output takes. Of a file to restore that is what it takes; one that is damaged takes nothing, and
 * says so when its turn comes. */
export function mostOutputBytes(task: FileTask, context: SizeContext): number {
  if (task.action === 'decompress') return restoredBytes(task, context);
  return task.action === 'compress' ? mostCompressedBytes(task.sourceBytes) : task.sourceBytes;
}

/** The most that a file takes when it is compressed. */
export function mostCompressedBytes(originalBytes: number): number {
  return Math.ceil(originalBytes + OVERHEAD_BYTES + originalBytes * OVERHEAD_SHARE);
}

/** The least that it may take, as far as the dtypes tell: below that a run cannot end well. */
export function leastOutputBytes(task: FileTask, context: SizeContext): number {
  if (task.action !== 'compress') return mostOutputBytes(task, context);
  return withInput(task, (input) => {
    const reading = readSafetensorsHeader(fileSource(input), context.limits);
    if (!reading.isCanonical) return Math.floor(input.fileBytes * LEAST_SHARE);
    const sum = reading.header.tensors.reduce(
      (bytes, { dtype, fileStart, fileEnd }) =>
        bytes + (fileEnd - fileStart) * (LEAST_SHARES.get(dtype) ?? LEAST_SHARE),
      0,
    );
    return Math.floor(sum);
  });
}

function restoredBytes(task: FileTask, { restorePlans }: SizeContext): number {
  return withInput(task, (input) => restorePlans.of(input).rawBytes);
}

/** 0 for a file that cannot be read. */
function withInput(task: FileTask, work: (input: InputFile) => number): number {
  let input: InputFile | undefined;
  try {
    input = openInput(task.sourcePath);
    return work(input);
  } catch {
    return 0;
  } finally {
    if (input !== undefined) closeInput(input);
  }
}

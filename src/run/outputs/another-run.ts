// Several runs may be at work in one folder. What another one has done by now is done: it is looked at, and said.

import type { FileTask } from '../../discover/tasks.js';
import { toZnnError, ZnnError } from '../../errors.js';
import { fileSource } from '../../io/file-source.js';
import { closeInput, type InputFile, openInput } from '../../io/input-file.js';
import { isNameTaken } from '../../io/outputs/file-names.js';
import { codeOf } from '../../io/outputs/refusals.js';
import { type ExactFileStats, system } from '../../io/system.js';
import { planDecompression } from '../../layout/decode/decode-plan.js';
import { readIndex } from '../companions/read-index.js';
import type { Ended, Outcome, TaskContext, WritingTask } from '../context.js';
import { mostCompressedBytes } from '../space/output-sizes.js';
import { inspectTarget } from './existing-target.js';
import { removeSource } from './remove-source.js';

const MADE_MEANWHILE = 'another run made it meanwhile';

/** Writes an output for which there was nothing in the way when it began. Where its name is taken at the end, what is there is
 * looked at as at the start.
 * @param inspect the outcome if the file is what the source gives
 * @throws what `write` throws; ZnnError `io` when something else has the name */
export async function unlessMadeMeanwhile(
  { targetPath }: WritingTask,
  source: InputFile | undefined,
  write: () => Promise<Outcome>,
  inspect: (existing: ExactFileStats) => Promise<Outcome | undefined>,
): Promise<Outcome> {
  try {
    return await write();
  } catch (error) {
    if (!isNameTaken(error)) throw error;
    const existing = inspectTarget(targetPath, source);
    const outcome = existing && (await inspect(existing));
    if (outcome !== undefined) return { ...outcome, notes: [...(outcome.notes ?? []), MADE_MEANWHILE] };
    const message = 'appeared during the run and is not what this source and these options give';
    throw new ZnnError('io', message, { file: targetPath });
  }
}

/** Does a task. A source that is gone by the time it is opened, with its output there, is one that another run with `--rm`
 * has done.
 * @throws what `act` throws */
export async function unlessDoneByAnother(
  task: FileTask,
  context: TaskContext,
  act: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await act();
  } catch (thrown) {
    const error = toZnnError(thrown, { file: task.sourcePath });
    const isOfSource = error.where.file === task.sourcePath && codeOf(error.cause) === 'ENOENT';
    const sizes = isOfSource && context.options.removeSources ? sizesIfDone(task, context) : undefined;
    if (sizes === undefined) throw thrown;
    return { status: 'up-to-date', ...sizes, notes: ['another run did this, and removed it'] };
  }
}

/** Removes the source of an output, as `removeSource` does. One that another run has removed by now is removed. */
export function removeSourceOrFindItGone(end: Ended, context: TaskContext): Ended {
  const removed = removeSource(end);
  if (removed.result.status !== 'failed' || end.result.status === 'failed') return removed;
  if (sizesIfDone(end.result.task, context) === undefined) return removed;
  const notes = [...end.result.notes, 'another run removed it'];
  return { result: { ...end.result, notes, removedSource: true } };
}

/** Sizes of a task whose source is gone and whose output is there, and complete as far as can be told without the source;
 * `undefined` where that is not so. */
function sizesIfDone(
  task: FileTask,
  context: TaskContext,
): Pick<Outcome, 'originalBytes' | 'compressedBytes'> | undefined {
  const { sourcePath, targetPath } = task;
  if (targetPath === undefined || targetPath === sourcePath) return undefined;
  let output: InputFile | undefined;
  try {
    if (system.lstatSync(sourcePath, { throwIfNoEntry: false }) !== undefined) return undefined;
    output = openInput(targetPath);
    return sizesOf(task, output, context);
  } catch {
    return undefined;
  } finally {
    if (output !== undefined) closeInput(output);
  }
}

/** @throws ZnnError when the output is not what it should be */
function sizesOf(
  { action, sourcePath, sourceBytes }: FileTask,
  output: InputFile,
  { options, runner, restorePlans }: TaskContext,
): Pick<Outcome, 'originalBytes' | 'compressedBytes'> | undefined {
  const { fileBytes } = output;
  if (action === 'compress') {
    const { rawBytes } = planDecompression(
      fileSource(output),
      (bytes) => runner.checksum(bytes),
      options.limits,
    );
    return rawBytes === sourceBytes ? { originalBytes: sourceBytes, compressedBytes: fileBytes } : undefined;
  }
  if (action === 'decompress') {
    // Gone before this run could read what it restores to, no more is known than what it had at most.
    const isWhole =
      fileBytes === (restorePlans.rawBytesOf(sourcePath) ?? fileBytes) &&
      sourceBytes <= mostCompressedBytes(fileBytes);
    return isWhole ? { originalBytes: fileBytes, compressedBytes: sourceBytes } : undefined;
  }
  if (action !== 'rewrite-index') return undefined;
  readIndex(output, options.limits);
  return {};
}

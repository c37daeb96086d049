import { fileSource } from '../../io/file-source.js';
import { assertUnchanged, closeInput, type InputFile, openInput } from '../../io/input-file.js';
import { readFully, writeFully } from '../../io/positional.js';
import { forEachSlice, SLICE_BYTES } from '../../io/slices.js';
import type { ExactFileStats } from '../../io/system.js';
import type { Outcome, TaskContext, WritingTask } from '../context.js';
import { unlessMadeMeanwhile } from '../outputs/another-run.js';
import { decideOnTarget, type TargetDecision } from '../outputs/existing-target.js';
import { writeOutput } from '../outputs/write-output.js';
import { copyNotes } from './copy-notes.js';

/** Copies a file with its owner, mode and times, through a link if it is one.
 * @throws ZnnError `io`, or the signal's reason */
export async function copyFile(task: WritingTask, context: TaskContext): Promise<Outcome> {
  const source = openInput(task.sourcePath);
  try {
    const { outcome, existing } = await decide(task, source, context);
    if (outcome !== undefined) return outcome;
    const write = () => writeCopy(task, source, existing, context);
    return await unlessMadeMeanwhile(task, source, write, () => upToDateIfEqual(task, source, context));
  } finally {
    closeInput(source);
  }
}

/** What would become of the task, with nothing written.
 * @throws ZnnError `io` when the source cannot be read, or the target may not be replaced */
export async function decideOnCopy(task: WritingTask, context: TaskContext): Promise<TargetDecision> {
  const source = openInput(task.sourcePath);
  try {
    return await decide(task, source, context);
  } finally {
    closeInput(source);
  }
}

function decide(task: WritingTask, source: InputFile, context: TaskContext): Promise<TargetDecision> {
  return decideOnTarget(task, source, context, () => upToDateIfEqual(task, source, context));
}

async function upToDateIfEqual(
  task: WritingTask,
  source: InputFile,
  context: TaskContext,
): Promise<Outcome | undefined> {
  if (!(await isEqual(source, task.targetPath, context.options.signal))) return undefined;
  return { ...sizesOf(source), status: 'up-to-date', notes: copyNotes(fileSource(source), task, context) };
}

async function writeCopy(
  task: WritingTask,
  source: InputFile,
  existing: ExactFileStats | undefined,
  context: TaskContext,
): Promise<Outcome> {
  const { signal, observer } = context.options;
  await writeOutput(task, source, existing, context, async (copy) => {
    await forEachSlice(source.fd, source.fileBytes, signal, (slice, offset) => {
      writeFully(copy.fd, slice, offset);
      observer?.onProgress?.(task, offset + slice.byteLength, source.fileBytes);
    });
    assertUnchanged(source);
  });
  const notes = copyNotes(fileSource(source), task, context);
  return { ...sizesOf(source), status: 'done', replaced: existing !== undefined, notes };
}

function sizesOf({ fileBytes }: InputFile): Pick<Outcome, 'originalBytes' | 'compressedBytes'> {
  return { originalBytes: fileBytes, compressedBytes: fileBytes };
}

async function isEqual(
  source: InputFile,
  otherPath: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const other = openInput(otherPath);
  try {
    if (other.fileBytes !== source.fileBytes) return false;
    let equal = true;
    const expected = new Uint8Array(SLICE_BYTES);
    await forEachSlice(source.fd, source.fileBytes, signal, (slice, offset) => {
      const view = expected.subarray(0, slice.byteLength);
      readFully(other.fd, view, offset);
      equal &&= Buffer.compare(slice, view) === 0;
    });
    return equal;
  } finally {
    closeInput(other);
  }
}

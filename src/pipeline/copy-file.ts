import { isSameTime } from '../io/file-times.js';
import { assertUnchanged, closeInput, type InputFile, openInput } from '../io/input-file.js';
import { readFully, writeFully } from '../io/positional.js';
import { unlessMadeMeanwhile } from './another-run.js';
import { assertReplaceable, inspectTarget } from './existing-target.js';
import type { Outcome, TaskContext, WritingTask } from './run.js';
import { forEachSlice, SLICE_BYTES } from './slices.js';
import { writeOutput } from './write-output.js';

/** Copies a file with its owner, mode and times, through a link if it is one.
 * @throws ZnnError `io`, or the signal's reason */
export async function copyFile(task: WritingTask, context: TaskContext): Promise<Outcome> {
  const { options } = context;
  const source = openInput(task.sourcePath);
  const outcome = { originalBytes: source.fileBytes, compressedBytes: source.fileBytes };
  try {
    const existing = inspectTarget(task.targetPath, source);
    if (existing !== undefined) {
      const isLike =
        existing.size === source.stats.size && isSameTime(existing.mtimeNs, source.stats.mtimeNs);
      if (isLike || (await isEqual(source, task.targetPath, options.signal)))
        return { ...outcome, status: 'up-to-date' };
      assertReplaceable(task.targetPath, existing, options.force);
    }
    const write = async (): Promise<Outcome> => {
      await writeOutput(task, source, existing, context, async (copy) => {
        await forEachSlice(source.fd, source.fileBytes, options.signal, (slice, offset) => {
          writeFully(copy.fd, slice, offset);
          options.observer?.onProgress?.(task, offset + slice.byteLength, source.fileBytes);
        });
        assertUnchanged(source);
      });
      return { ...outcome, status: 'done' };
    };
    return await unlessMadeMeanwhile(task, source, write, async () =>
      (await isEqual(source, task.targetPath, options.signal))
        ? { ...outcome, status: 'up-to-date' }
        : undefined,
    );
  } finally {
    closeInput(source);
  }
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

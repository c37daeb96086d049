import { ZnnError } from '../../errors.js';
import { assertNoPointer } from '../../format/foreign/pointers.js';
import {
  ATTRIBUTES_MAX_BYTES,
  ATTRIBUTES_NAME,
  addTracking,
  removeTracking,
  TRACKED_PATTERNS,
  type TrackedPattern,
} from '../../format/model/git-attributes.js';
import { fileSource } from '../../io/file-source.js';
import { closeInput, type InputFile, openInput } from '../../io/input-file.js';
import { removeIfThere } from '../../io/outputs/remove-file.js';
import { system } from '../../io/system.js';
import type { Outcome, TaskContext, WritingTask } from '../context.js';
import { writeRewritten } from '../outputs/write-small-file.js';

/** Writes a folder's `.gitattributes` with the lines that make Git LFS track what the run wrote, or without them on the
 * way back. One that znn made is removed again.
 * @throws ZnnError `unsupported` for a file of unlikely size, `io` when the system fails */
export async function rewriteAttributes(task: WritingTask, context: TaskContext): Promise<Outcome> {
  const source = openIfThere(task.sourcePath);
  try {
    const bytes = source && read(source);
    const rewritten =
      context.verb === 'compress' ? withLines(bytes, task, patternsOf(context)) : withoutLines(bytes);
    if (rewritten !== undefined) return await writeRewritten(task, source, rewritten, context);
    if (source === undefined || task.targetPath !== task.sourcePath) return { status: 'skipped' };
    removeIfThere(task.sourcePath);
    return { status: 'done', notes: ['removed: only znn had put lines there'] };
  } finally {
    if (source !== undefined) closeInput(source);
  }
}

/** What stands in an output folder may have lines more: of outputs that an earlier run made there, and whose sources are gone. */
function withLines(
  bytes: Uint8Array | undefined,
  { sourcePath, targetPath }: WritingTask,
  patterns: readonly TrackedPattern[],
): Uint8Array | undefined {
  const target = targetPath === sourcePath ? undefined : openIfThere(targetPath);
  try {
    const there = target && read(target);
    const isOfSource = there !== undefined && isSame(removeTracking(there), bytes);
    return isOfSource ? addTracking(there, patterns) : addTracking(bytes, patterns);
  } finally {
    if (target !== undefined) closeInput(target);
  }
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one === undefined || other === undefined ? one === other : Buffer.compare(one, other) === 0;
}

function withoutLines(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes && removeTracking(bytes);
}

/** Those that some output of the folder, of this run or of an earlier one, is named after. */
function patternsOf({ group }: TaskContext): TrackedPattern[] {
  const names = group.tasks.flatMap(({ sourcePath, targetPath }) => [sourcePath, targetPath ?? '']);
  return TRACKED_PATTERNS.filter((pattern) => names.some((name) => name.endsWith(pattern.slice(1))));
}

function read(source: InputFile): Uint8Array {
  if (source.fileBytes > ATTRIBUTES_MAX_BYTES) {
    throw new ZnnError(
      'unsupported',
      `${ATTRIBUTES_NAME}: ${source.fileBytes} bytes exceeds ${ATTRIBUTES_MAX_BYTES}`,
    );
  }
  assertNoPointer(fileSource(source));
  return fileSource(source).read(0, source.fileBytes);
}

/** It may go at any moment: another run may be doing the same. */
function openIfThere(filePath: string): InputFile | undefined {
  try {
    return openInput(filePath);
  } catch (error) {
    if (system.lstatSync(filePath, { throwIfNoEntry: false }) === undefined) return undefined;
    throw error;
  }
}

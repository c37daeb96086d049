import path from 'node:path';
import { ZnnError } from '../../errors.js';
import { fileSource } from '../../io/file-source.js';
import { assertUnchanged, closeInput, describeKind, type InputFile, openInput } from '../../io/input-file.js';
import { AtomicFile, type CommitOptions } from '../../io/outputs/atomic-file.js';
import { makeDurable } from '../../io/outputs/make-durable.js';
import type { Refusal } from '../../io/outputs/refusals.js';
import { writeFully } from '../../io/positional.js';
import { type ExactFileStats, system } from '../../io/system.js';
import type { Outcome, TaskContext, WritingTask } from '../context.js';
import { unlessMadeMeanwhile } from './another-run.js';
import { assertReplaceable, inspectTarget } from './existing-target.js';

/** Writes what a small file of a model folder becomes: an index, `.gitattributes`. In place it replaces the old one,
 * durably, since it is all that says what it says.
 * @param source the file that `content` was made from; absent where there was none
 * @throws ZnnError `io` when the system fails, or something else stands there */
export async function writeRewritten(
  task: WritingTask,
  source: InputFile | undefined,
  content: Uint8Array,
  context: TaskContext,
): Promise<Outcome> {
  const { options, refusalNotes } = context;
  const existing = existingFile(task, source);
  if (existing !== undefined && isContentOf(task.targetPath, content)) {
    if (options.removeSources) refusalNotes.add(await makeDurable(task.targetPath));
    return { status: 'up-to-date' };
  }
  const isInPlace = task.targetPath === task.sourcePath;
  if (existing !== undefined && !isInPlace) await assertReplaceable(task, existing, context);
  if (source !== undefined) assertUnchanged(source);
  const how = {
    isDurable: options.fsync || options.removeSources || existing !== undefined,
    replacesExisting: existing !== undefined,
    ...(source === undefined ? newIn(path.dirname(task.targetPath)) : { like: source.stats }),
    keepsOwnTime: isInPlace || source === undefined,
  };
  const writeIt = async (): Promise<Outcome> => {
    refusalNotes.add(await write(task.targetPath, content, how));
    return { status: 'done' };
  };
  return unlessMadeMeanwhile(task, source, writeIt, async () =>
    isContentOf(task.targetPath, content) ? { status: 'up-to-date' } : undefined,
  );
}

/** A new file belongs to whom its folder does, and may be read by those who may read that. */
function newIn(folderPath: string): Pick<CommitOptions, 'like' | 'modeMask'> {
  return { like: system.statSync(folderPath, { bigint: true }), modeMask: 0o644 };
}

/** What stands where the file is to go. In place that is the source itself, unless it is a link: what a link leads to may
 * have other readers, and is never replaced. */
function existingFile(task: WritingTask, source: InputFile | undefined): ExactFileStats | undefined {
  if (task.targetPath !== task.sourcePath || source === undefined)
    return inspectTarget(task.targetPath, source);
  const itself = system.lstatSync(task.targetPath, { bigint: true });
  if (itself.isFile()) return itself;
  const message = `is ${describeKind(itself)}, which is never replaced; write elsewhere with -o`;
  throw new ZnnError('io', message, { file: task.targetPath });
}

function isContentOf(filePath: string, content: Uint8Array): boolean {
  const input = openInput(filePath);
  try {
    if (input.fileBytes !== content.byteLength) return false;
    return Buffer.compare(fileSource(input).read(0, input.fileBytes), content) === 0;
  } finally {
    closeInput(input);
  }
}

async function write(
  targetPath: string,
  content: Uint8Array,
  options: CommitOptions,
): Promise<readonly Refusal[]> {
  const output = new AtomicFile(targetPath);
  try {
    writeFully(output.fd, content, 0);
    return await output.commit(options);
  } finally {
    output.discard();
  }
}

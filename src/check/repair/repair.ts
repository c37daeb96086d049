import path from 'node:path';
import { toZnnError, ZnnError } from '../../errors.js';
import { fileSource } from '../../io/file-source.js';
import { assertUnchanged, closeInput, type InputFile, openInput } from '../../io/input-file.js';
import { AtomicFile } from '../../io/outputs/atomic-file.js';
import { isNameTaken } from '../../io/outputs/file-names.js';
import { writeFully } from '../../io/positional.js';
import { removeStaleTemporaries } from '../../io/temporary/stale-temporaries.js';
import { inspectTarget } from '../../run/outputs/existing-target.js';
import { RefusalNotes } from '../../run/outputs/refusal-notes.js';
import { makeTargetFolders } from '../../run/outputs/target-folders.js';
import type { RepairTask } from './repair-plan.js';
import { forEachRepairedPiece, type RepairOptions } from './repaired-content.js';

/** Makes a new file without the defects of `checked`; the old one stays as it is. One that an earlier run made serves, once it
 * is found equal: so a run that was cut short is finished by the next one.
 * @throws ZnnError `io`, also when something else has the new name; `unsupported` beyond a limit; the signal's reason */
export async function repair(task: RepairTask, options: RepairOptions = {}): Promise<void> {
  const { checked, targetPath } = task;
  const source = openInput(checked.path);
  try {
    removeStaleTemporaries(path.dirname(targetPath));
    const isDone =
      inspectTarget(targetPath, source) === undefined && (await isWritten(source, task, options));
    if (!isDone) await assertRepaired(source, task, options);
  } catch (error) {
    throw toZnnError(error, { file: checked.path });
  } finally {
    closeInput(source);
  }
}

/** @returns `false` when another run wrote a file of that name meanwhile */
async function isWritten(source: InputFile, task: RepairTask, options: RepairOptions): Promise<boolean> {
  try {
    await write(source, task, options);
    return true;
  } catch (error) {
    if (isNameTaken(error)) return false;
    throw error;
  }
}

async function write(
  source: InputFile,
  { checked, targetPath, targetFolders = [{ path: path.dirname(targetPath) }] }: RepairTask,
  options: RepairOptions,
): Promise<void> {
  const { refusalNotes = new RefusalNotes(undefined) } = options;
  const { error } = await makeTargetFolders(targetFolders, false, refusalNotes);
  // Their owner may write to them for good: the next file may be repaired by another run.
  if (error !== undefined) throw error;
  const output = new AtomicFile(targetPath);
  try {
    await forEachRepairedPiece(source, checked, options, (piece, offset) =>
      writeFully(output.fd, piece, offset),
    );
    assertUnchanged(source);
    const how = { isDurable: false, replacesExisting: false, keepsOwnTime: true } as const;
    refusalNotes.add(await output.commit({ ...how, like: source.stats }));
  } finally {
    output.discard();
  }
}

async function assertRepaired(
  source: InputFile,
  { checked, targetPath }: RepairTask,
  options: RepairOptions,
): Promise<void> {
  const existing = openInput(targetPath);
  try {
    const { sizeBytes, read } = fileSource(existing);
    let isEqual = true;
    let endOffset = 0;
    await forEachRepairedPiece(source, checked, options, (piece, offset) => {
      endOffset = offset + piece.byteLength;
      isEqual &&= endOffset <= sizeBytes && Buffer.compare(read(offset, piece.byteLength), piece) === 0;
    });
    assertUnchanged(source);
    if (isEqual && endOffset === sizeBytes) return;
    const message = 'already exists and is not what the repair gives; --repair replaces nothing';
    throw new ZnnError('io', message, { file: targetPath });
  } finally {
    closeInput(existing);
  }
}

import path from 'node:path';
import { toZnnError, ZnnError } from '../errors.js';
import { AtomicFile } from '../io/atomic-file.js';
import { fileSource } from '../io/file-source.js';
import { makeFolder } from '../io/folders.js';
import { assertUnchanged, closeInput, type InputFile, openInput } from '../io/input-file.js';
import { writeFully } from '../io/positional.js';
import { removeStaleTemporaries } from '../io/temporary-files.js';
import { inspectTarget } from './existing-target.js';
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
    if (inspectTarget(targetPath, source) === undefined) await write(source, task, options);
    else await assertRepaired(source, task, options);
  } catch (error) {
    throw toZnnError(error, { file: checked.path });
  } finally {
    closeInput(source);
  }
}

async function write(
  source: InputFile,
  { checked, targetPath }: RepairTask,
  options: RepairOptions,
): Promise<void> {
  await makeFolder(path.dirname(targetPath), false);
  const output = new AtomicFile(targetPath);
  try {
    await forEachRepairedPiece(source, checked, options, (piece, offset) =>
      writeFully(output.fd, piece, offset),
    );
    assertUnchanged(source);
    await output.commit({
      isDurable: false,
      replacesExisting: false,
      like: source.stats,
      keepsOwnTime: true,
    });
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

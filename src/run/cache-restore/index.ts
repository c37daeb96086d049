import path from 'node:path';
import { restoredPathOf } from '../../format/model/file-names.js';
import { renameShards } from '../../format/model/model-index.js';
import { blobHashOf, blobNameOfBytes, blobPathOf } from '../../hub/blob-names.js';
import { closeInput, type InputFile, openInput } from '../../io/input-file.js';
import { AtomicFile } from '../../io/outputs/atomic-file.js';
import { isNameTaken } from '../../io/outputs/file-names.js';
import { replaceLink } from '../../io/outputs/links.js';
import { writeFully } from '../../io/positional.js';
import { system } from '../../io/system.js';
import { readIndex } from '../companions/read-index.js';
import type { Outcome, TaskContext, WritingTask } from '../context.js';

/** Has the index of a snapshot name the restored files: a new blob under its right hash, to which the link is switched in
 * one step. The old blob stays for whoever else links to it.
 * @throws ZnnError `corrupt` when it is no index, `io` when the system fails */
export async function switchIndex(task: WritingTask, context: TaskContext): Promise<Outcome> {
  const source = openInput(task.sourcePath);
  try {
    const index = readIndex(source);
    const newNames = restoredNames(index.shardNames, path.dirname(task.sourcePath));
    if (newNames.size === 0) return { status: 'up-to-date' };
    const content = renameShards(index, newNames);
    const blobPath = blobPathOf(task.sourcePath);
    if (blobPath === undefined) await writeAs(task.sourcePath, content, source, true, context);
    else {
      const newBlobName = await blobNameOfBytes(content, blobHashOf(blobPath) ?? 'sha256');
      const newBlobPath = path.join(path.dirname(blobPath), newBlobName);
      if (system.lstatSync(newBlobPath, { throwIfNoEntry: false }) === undefined)
        await writeBlob(newBlobPath, content, source, context);
      await replaceLink(task.sourcePath, newBlobPath);
    }
    return { status: 'done' };
  } finally {
    closeInput(source);
  }
}

/** Names of `.znn` files → names of the files that now stand beside them. */
function restoredNames(shardNames: readonly string[], folderPath: string): Map<string, string> {
  const newNames = new Map<string, string>();
  for (const name of shardNames) {
    const restored = restoredPathOf(name);
    if (restored !== undefined && system.statSync(path.join(folderPath, restored), { throwIfNoEntry: false }))
      newNames.set(name, restored);
  }
  return newNames;
}

/** One that another run made meanwhile has the content that its name says. */
async function writeBlob(
  blobPath: string,
  content: Uint8Array,
  source: InputFile,
  context: TaskContext,
): Promise<void> {
  try {
    await writeAs(blobPath, content, source, false, context);
  } catch (error) {
    if (!isNameTaken(error)) throw error;
  }
}

async function writeAs(
  targetPath: string,
  content: Uint8Array,
  source: InputFile,
  replacesExisting: boolean,
  { refusalNotes }: TaskContext,
): Promise<void> {
  const output = new AtomicFile(targetPath);
  try {
    writeFully(output.fd, content, 0);
    const like = source.stats;
    const refusals = await output.commit({ isDurable: true, replacesExisting, like, keepsOwnTime: true });
    refusalNotes.add(refusals);
  } finally {
    output.discard();
  }
}

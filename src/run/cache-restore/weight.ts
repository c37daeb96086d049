import path from 'node:path';
import { ZnnError } from '../../errors.js';
import { assertNoPointer } from '../../format/foreign/pointers.js';
import { assertBlobName, type BlobHash, blobHashOf, blobNameOf, blobPathOf } from '../../hub/blob-names.js';
import { fileSource } from '../../io/file-source.js';
import { assertUnchanged, closeInput, type InputFile, openInput } from '../../io/input-file.js';
import { AtomicFile } from '../../io/outputs/atomic-file.js';
import { isNameTaken } from '../../io/outputs/file-names.js';
import { makeLink } from '../../io/outputs/links.js';
import { system } from '../../io/system.js';
import type { DecompressPlan } from '../../layout/plans.js';
import { type Outcome, passHooks, type TaskContext, type WritingTask } from '../context.js';
import { baseMissing } from '../inputs/base-file.js';
import { decodeFile } from '../inputs/decode-file.js';
import { assertSha256, sha256Of } from '../inputs/sha256.js';
import { isSpentLink } from './plan.js';

/** Files below this may be in Git itself; the Hub puts larger ones into LFS. */
const GIT_FILE_MAX_BYTES = 10_000_000;
/** Decoding, and decoding again to compare. */
const PASS_COUNT = 2;
/** The blob and the link. */
const NAMES_MADE = 2;

/** Restores one `.znn` of a cache's snapshot: into a new blob under its right hash, with a link to it beside that of the
 * `.znn`; or, in a cache without links, into a file. What was written is read again and compared.
 * @throws ZnnError, or the signal's reason */
export async function restoreWeight(task: WritingTask, context: TaskContext): Promise<Outcome> {
  for (let takenNames = 0; ; takenNames++) {
    try {
      return await restoreOnce(task, context);
    } catch (error) {
      // Another run made the blob or the link meanwhile: that is looked at now.
      if (!isNameTaken(error) || takenNames === NAMES_MADE) throw error;
    }
  }
}

async function restoreOnce(task: WritingTask, context: TaskContext): Promise<Outcome> {
  const { options, restorePlans } = context;
  if (isSpentLink(task.sourcePath, task.targetPath)) {
    await assertBlobOf(task.targetPath, options.signal);
    return { status: 'up-to-date' };
  }
  const source = openInput(task.sourcePath);
  try {
    // Before its hash is compared with its blob's name, which may be that of the file that it stands for.
    assertNoPointer(fileSource(source));
    const blobPath = blobPathOf(task.sourcePath);
    if (blobPath !== undefined && blobHashOf(blobPath) === 'sha256')
      assertBlobName(task.sourcePath, await sha256Of(source.fd, source.fileBytes, options.signal));
    const plan = restorePlans.of(source);
    // A delta file is nothing without its base, and a cache does not say which that is.
    if (plan.base !== undefined)
      throw baseMissing(plan.base, 'restore it elsewhere: znn decompress --model … --base … -o …');
    const notes = plan.note === undefined ? [] : [plan.note];
    const sizes = { originalBytes: plan.rawBytes, compressedBytes: source.fileBytes, notes };
    if (await isRestored(task, source, plan, context)) return { ...sizes, status: 'up-to-date' };
    if (blobPath === undefined) await writeFile(task, source, plan, context);
    else await writeBlob(task, source, plan, blobPath, context);
    return { ...sizes, status: 'done', checked: plan.kind === 'znn' ? 'content' : 'structure' };
  } finally {
    closeInput(source);
  }
}

/** Whether an earlier run came that far. @throws ZnnError `io` when something else has the name */
async function isRestored(
  task: WritingTask,
  source: InputFile,
  plan: DecompressPlan,
  context: TaskContext,
): Promise<boolean> {
  if (system.lstatSync(task.targetPath, { throwIfNoEntry: false }) === undefined) return false;
  const restored = openInput(task.targetPath);
  try {
    if (restored.fileBytes === plan.rawBytes && (await isEqual(task, source, plan, restored.fd, context)))
      return true;
    throw new ZnnError('io', 'already exists and is not what the .znn restores to', {
      file: task.targetPath,
    });
  } finally {
    closeInput(restored);
  }
}

async function writeFile(
  task: WritingTask,
  source: InputFile,
  plan: DecompressPlan,
  context: TaskContext,
): Promise<void> {
  const output = new AtomicFile(task.targetPath);
  try {
    await decodeInto(output, task, source, plan, context);
    const refusals = await output.commit({ isDurable: true, replacesExisting: false, like: source.stats });
    context.refusalNotes.add(refusals);
  } finally {
    output.discard();
  }
}

async function writeBlob(
  task: WritingTask,
  source: InputFile,
  plan: DecompressPlan,
  compressedBlobPath: string,
  context: TaskContext,
): Promise<void> {
  const { signal } = context.options;
  const blobsPath = path.dirname(compressedBlobPath);
  const output = new AtomicFile(path.join(blobsPath, path.basename(task.targetPath)));
  try {
    await decodeInto(output, task, source, plan, context);
    const kind = hashFor(plan.rawBytes, compressedBlobPath);
    const blobName = await blobNameOf(output.fd, plan.rawBytes, kind, signal);
    output.willBe(blobName);
    // Another revision may have the original: then that blob serves, if it is what its name says.
    if (system.lstatSync(output.targetPath, { throwIfNoEntry: false }) === undefined) {
      const how = { isDurable: true, replacesExisting: false, keepsOwnTime: true } as const;
      context.refusalNotes.add(await output.commit({ ...how, like: source.stats }));
    } else await assertBlob(output.targetPath, blobName, kind, signal);
    await makeLink(task.targetPath, output.targetPath);
  } finally {
    output.discard();
  }
}

async function decodeInto(
  output: AtomicFile,
  task: WritingTask,
  source: InputFile,
  plan: DecompressPlan,
  { options, runner }: TaskContext,
): Promise<void> {
  const sourceFd = source.fd;
  const hooks = (pass: number) => passHooks(task, options, plan.rawBytes, pass, PASS_COUNT);
  output.setLength(plan.rawBytes);
  const target = { targetFd: output.fd, targetPath: output.targetPath };
  await decodeFile(plan, { sourceFd, ...target }, runner, hooks(0));
  if (plan.sha256 !== undefined) await assertSha256(output.fd, plan.rawBytes, plan.sha256, options.signal);
  await output.sync();
  await decodeFile(plan, { sourceFd, compareFd: output.fd }, runner, hooks(1));
  assertUnchanged(source);
}

async function isEqual(
  task: WritingTask,
  source: InputFile,
  plan: DecompressPlan,
  compareFd: number,
  { options, runner }: TaskContext,
): Promise<boolean> {
  const hooks = passHooks(task, options, plan.rawBytes, 0, 1);
  try {
    await decodeFile(plan, { sourceFd: source.fd, compareFd }, runner, hooks);
    return true;
  } catch (error) {
    if (error instanceof ZnnError && error.code === 'corrupt') return false;
    throw error;
  }
}

function hashFor(rawBytes: number, compressedBlobPath: string): BlobHash {
  return rawBytes < GIT_FILE_MAX_BYTES && blobHashOf(compressedBlobPath) === 'git-sha1'
    ? 'git-sha1'
    : 'sha256';
}

/** What is there must be what its blob is called, since there is nothing left to compare it with. */
async function assertBlobOf(linkPath: string, signal: AbortSignal | undefined): Promise<void> {
  const blobPath = blobPathOf(linkPath);
  const kind = blobPath === undefined ? undefined : blobHashOf(blobPath);
  if (blobPath === undefined || kind === undefined)
    throw new ZnnError('io', 'Hub cache: the .znn blob is gone, and this is no blob', { file: linkPath });
  await assertBlob(blobPath, path.basename(blobPath), kind, signal);
}

async function assertBlob(
  blobPath: string,
  expected: string,
  kind: BlobHash,
  signal: AbortSignal | undefined,
): Promise<void> {
  const blob = openInput(blobPath);
  try {
    const found = await blobNameOf(blob.fd, blob.fileBytes, kind, signal);
    if (found === expected) return;
    throw new ZnnError('corrupt', `Hub cache: the blob's hash is ${found}, its name says otherwise`, {
      file: blobPath,
    });
  } finally {
    closeInput(blob);
  }
}

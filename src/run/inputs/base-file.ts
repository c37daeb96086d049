import type { FileTask } from '../../discover/tasks.js';
import { toZnnError, ZnnError } from '../../errors.js';
import { assertNoPointer } from '../../format/foreign/pointers.js';
import { fileSource } from '../../io/file-source.js';
import { closeInput, type InputFile, isSameFile, openInput } from '../../io/input-file.js';
import type { DecompressPlan, PlanBase } from '../../layout/plans.js';
import { sha256Of } from './sha256.js';

/** A path may lead to the source by a hard link, which names do not tell.
 * @throws ZnnError `invalid-argument` when the two are one file */
export function assertOtherFile(base: InputFile | undefined, source: InputFile): void {
  if (base === undefined || !isSameFile(base.stats, source.stats)) return;
  throw new ZnnError('invalid-argument', 'base: is the file that it is the base of', { file: base.path });
}

/** Does `work` with the task's base open, if it has one.
 * @throws ZnnError `io` when the base cannot be opened, `unsupported` where it only stands for another file */
export async function withBase<Value>(
  { basePath }: FileTask,
  work: (base: InputFile | undefined) => Promise<Value>,
): Promise<Value> {
  if (basePath === undefined) return work(undefined);
  const base = openInput(basePath);
  try {
    assertBaseItself(base);
    return await work(base);
  } finally {
    closeInput(base);
  }
}

function assertBaseItself(base: InputFile): void {
  try {
    assertNoPointer(fileSource(base));
  } catch (error) {
    throw toZnnError(error, { file: base.path });
  }
}

/** Checks that `base` is what the file was made against, as far as the file says. Goes through all of the base.
 * @throws ZnnError `unsupported` without a base, `invalid-argument` with a wrong one; the signal's reason */
export async function assertBase(
  { base: wanted }: DecompressPlan,
  base: InputFile | undefined,
  { missingBasePath }: Pick<FileTask, 'missingBasePath'>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (wanted === undefined) return;
  if (base === undefined) {
    throw baseMissing(
      wanted,
      missingBasePath === undefined ? 'name it with --base' : `--base has no ${missingBasePath}`,
    );
  }
  const place = { file: base.path };
  if (base.fileBytes !== wanted.baseBytes) {
    const message = `base: has ${base.fileBytes} bytes; the delta file needs ${describe(wanted)}`;
    throw new ZnnError('invalid-argument', message, place);
  }
  if (wanted.sha256 === undefined) return;
  const found = await sha256Of(base.fd, base.fileBytes, signal);
  if (found === wanted.sha256) return;
  throw new ZnnError(
    'invalid-argument',
    `base: its SHA-256 is ${found}; the delta file needs ${describe(wanted)}`,
    place,
  );
}

/** @param advice what can be done about it */
export function baseMissing(wanted: PlanBase, advice: string): ZnnError {
  return new ZnnError('unsupported', `delta file: it needs ${describe(wanted)}; ${advice}`);
}

function describe({ name, baseBytes, sha256 }: PlanBase): string {
  if (name === undefined) return `the base it was made against, of ${baseBytes} bytes`;
  return `the base ${JSON.stringify(name)} of ${baseBytes} bytes and SHA-256 ${sha256}`;
}

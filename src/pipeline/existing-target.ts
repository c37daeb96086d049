import { ZnnError } from '../errors.js';
import { describeKind, type InputFile, isSameFile } from '../io/input-file.js';
import { type ExactFileStats, system } from '../io/system.js';

/** What stands where an output is to go, or `undefined`.
 * @throws ZnnError `io` when it is nothing that an output may ever replace: a folder, a link, a device, the source */
export function inspectTarget(targetPath: string, source: InputFile | undefined): ExactFileStats | undefined {
  const existing = system.lstatSync(targetPath, { bigint: true, throwIfNoEntry: false });
  if (existing === undefined) return undefined;
  const place = { file: targetPath };
  if (!existing.isFile()) {
    throw new ZnnError('io', `the output is ${describeKind(existing)}, which is never replaced`, place);
  }
  if (source !== undefined && isSameFile(existing, source.stats)) {
    throw new ZnnError('io', `the output is the same file as the input ${source.path}`, place);
  }
  return existing;
}

/** @throws ZnnError `io` when the file may not be replaced: without `force`, or because it is read-only */
export function assertReplaceable(targetPath: string, existing: ExactFileStats, force: boolean): void {
  if (!force) {
    throw new ZnnError(
      'io',
      'already exists and is not what this source and these options give; --force replaces it',
      {
        file: targetPath,
      },
    );
  }
  if ((Number(existing.mode) & 0o222) === 0) {
    throw new ZnnError('io', 'already exists and is read-only', { file: targetPath });
  }
}

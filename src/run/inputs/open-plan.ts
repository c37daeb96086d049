import { ZnnError } from '../../errors.js';
import { mayBeCompressed } from '../../format/foreign/compressed-start.js';
import type { Checksum } from '../../format/frame-index/fields.js';
import type { Limits } from '../../format/limits.js';
import { restoredPathOf } from '../../format/model/file-names.js';
import { fileSource } from '../../io/file-source.js';
import type { InputFile } from '../../io/input-file.js';
import { planDecompression } from '../../layout/decode/decode-plan.js';
import { otherFileError } from '../../layout/decode/other-file-error.js';
import type { DecompressPlan } from '../../layout/plans.js';

/** What restores `input`. A file that by its name should be compressed is damaged where it is not; any other is only that.
 * @throws ZnnError `unsupported` for a file that is not compressed; `truncated`, `corrupt` or `io` */
export function planRestore(
  input: InputFile,
  checksum: Checksum,
  limits: Partial<Limits> | undefined,
): DecompressPlan {
  const source = fileSource(input);
  const isNamedCompressed = restoredPathOf(input.path) !== undefined;
  if (!isNamedCompressed && !mayBeCompressed(source)) {
    const message = 'is not compressed: it holds neither ZipNN frames nor compressed tensors';
    const other = otherFileError(source, input.path);
    // What it lacks as weights is not what is asked here.
    throw other?.code === 'unsupported' ? other : new ZnnError('unsupported', message, { file: input.path });
  }
  return planDecompression(source, checksum, limits);
}

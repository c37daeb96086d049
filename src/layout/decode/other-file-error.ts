import { ZnnError } from '../../errors.js';
import { foreignError, foreignFileIn } from '../../format/foreign/foreign-files.js';
import { pointerIn, pointerText } from '../../format/foreign/pointers.js';
import { weightsIn } from '../../format/foreign/weight-signatures.js';
import { COMPRESSED_SUFFIX } from '../../format/model/file-names.js';
import type { ByteSource } from '../../sources/byte-source.js';

/** What a file is that was taken for a compressed one and plainly is another; `undefined` for one that may be damaged.
 * @param name the file's, if that is not of a compressed file
 * @throws ZnnError `io` */
export function otherFileError(source: ByteSource, name = COMPRESSED_SUFFIX): ZnnError | undefined {
  const pointer = pointerIn(source);
  if (pointer !== undefined) return new ZnnError('unsupported', pointerText(pointer));
  const weights = weightsIn(source);
  if (weights !== undefined) {
    const message = `is not compressed: it begins as ${weights} does; there is nothing to decompress`;
    return new ZnnError('unsupported', message);
  }
  const foreign = foreignFileIn(source, name);
  return foreign && foreignError(foreign, 'a compressed file');
}

import { ZnnError } from '../errors.js';
import type { ByteSource } from '../format/byte-source.js';
import { foreignError, foreignFileIn } from '../format/foreign-files.js';
import { pointerIn, pointerText } from '../format/pointers.js';
import { weightsIn } from '../format/weight-signatures.js';
import { COMPRESSED_SUFFIX } from './weight-files.js';

/** What a file is that was taken for a compressed one and plainly is another; `undefined` for one that may be damaged.
 * @throws ZnnError `io` */
export function otherFileError(source: ByteSource): ZnnError | undefined {
  const pointer = pointerIn(source);
  if (pointer !== undefined) return new ZnnError('unsupported', pointerText(pointer));
  const foreign = foreignFileIn(source, COMPRESSED_SUFFIX);
  if (foreign !== undefined) return foreignError(foreign, 'a compressed file');
  const weights = weightsIn(source);
  return weights === undefined
    ? undefined
    : new ZnnError(
        'unsupported',
        `is not compressed: it begins as ${weights} does; there is nothing to decompress`,
      );
}

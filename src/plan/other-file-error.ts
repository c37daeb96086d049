import { ZnnError } from '../errors.js';
import type { ByteSource } from '../format/byte-source.js';
import { pointerIn, pointerText } from '../format/pointers.js';

/** What a file is that was taken for a compressed one and plainly is another; `undefined` for one that may be damaged.
 * @throws ZnnError `io` */
export function otherFileError(source: ByteSource): ZnnError | undefined {
  const pointer = pointerIn(source);
  return pointer && new ZnnError('unsupported', pointerText(pointer));
}

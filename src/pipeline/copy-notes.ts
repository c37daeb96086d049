import type { ByteSource } from '../format/byte-source.js';
import { pointerIn, pointerText } from '../format/pointers.js';

/** What to know of a file that is copied as it is.
 * @throws ZnnError `io` */
export function copyNotes(source: ByteSource): string[] {
  const pointer = pointerIn(source);
  return pointer === undefined ? [] : [`copied as it is: ${pointerText(pointer)}`];
}

import { pointerIn, pointerText } from '../format/foreign/pointers.js';
import type { ByteSource } from '../sources/byte-source.js';
import type { Finding } from './findings.js';

/** A file that only stands for another; `undefined` for any other file.
 * @throws ZnnError `io` */
export function pointerFinding(source: ByteSource): Finding | undefined {
  const pointer = pointerIn(source);
  if (pointer === undefined) return undefined;
  return {
    ...{ severity: 'defect', code: 'pointer', isRepairable: false, message: pointerText(pointer) },
    advice: 'check again when the file itself is there',
  };
}

import type { ByteSource } from '../../sources/byte-source.js';
import type { FileEnd } from './file-end.js';

// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
const VERSION_AT = 6;
const LENGTH_AT = 8;
/** Dictionaries of plain arrays have 60 to 200 bytes; that of a structured dtype is not looked at. */
const DICTIONARY_MAX_BYTES = 1 << 12;

/** Where the NumPy array behind `source` ends, by its dtype and shape; `undefined` where those do not say.
 * @throws ZnnError `io` when reading fails */
export function npyEnd({ sizeBytes, read }: ByteSource): FileEnd | undefined {
  const lengthBytes = sizeBytes > VERSION_AT && (read(VERSION_AT, 1)[0] ?? 0) > 1 ? 4 : 2;
  const start = LENGTH_AT + lengthBytes;
  if (sizeBytes < start) return 'in the header';
  const bytes = read(LENGTH_AT, lengthBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, lengthBytes);
  const dictionaryBytes = lengthBytes === 4 ? view.getUint32(0, true) : view.getUint16(0, true);
  if (dictionaryBytes > DICTIONARY_MAX_BYTES) return undefined;
  if (start + dictionaryBytes > sizeBytes) return 'in the header';
  const text = new TextDecoder('latin1').decode(read(start, dictionaryBytes));
  const itemBytes = /'descr':\s*'[<>|=][a-zA-Z](\d+)'/.exec(text)?.[1];
  const shape = /'shape':\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (itemBytes === undefined || shape === undefined || /'descr':\s*'[<>|=][UO]/.test(text)) return undefined;
  const items = (shape.match(/\d+/g) ?? []).reduce((product, dimension) => product * Number(dimension), 1);
  const end = start + dictionaryBytes + items * Number(itemBytes);
  return Number.isSafeInteger(end) ? end : undefined;
}

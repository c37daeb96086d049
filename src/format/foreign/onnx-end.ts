import type { ByteSource } from '../../sources/byte-source.js';
import type { FileEnd } from './file-end.js';

// An ONNX file is one message of Protocol Buffers: a dozen fields, the largest of which is the graph with all weights.
// https://protobuf.dev/programming-guides/encoding/

const FIELDS_MAX = 1000;
/** The highest number of a field of ModelProto is 26. */
const FIELD_NUMBER_MAX = 40;
/** The first field says the version of the format, which is 13 in 2026. */
const VERSION_TAG = 0x08;
const VERSION_MAX = 64;
const VARINT_MAX_BYTES = 10;
const VARINT = 0;
const BYTES = 2;

/** Where the ONNX file behind `source` ends, by the lengths of its fields; `undefined` where it is no such message.
 * @throws ZnnError `io` when reading fails */
export function onnxEnd({ sizeBytes, read }: ByteSource): FileEnd | undefined {
  let offset = 0;
  const varint = (): number | undefined => {
    const bytes = read(offset, Math.min(VARINT_MAX_BYTES, sizeBytes - offset));
    const last = bytes.findIndex((byte) => byte < 0x80);
    if (last < 0) return undefined;
    offset += last + 1;
    return bytes.subarray(0, last + 1).reduce((sum, byte, i) => sum + (byte & 0x7f) * 2 ** (7 * i), 0);
  };
  for (let i = 0; i < FIELDS_MAX && offset < sizeBytes; i++) {
    const tag = varint();
    const value = varint();
    if (tag === undefined || value === undefined) return undefined;
    if (i === 0 && (tag !== VERSION_TAG || value > VERSION_MAX)) return undefined;
    const fieldNumber = tag >>> 3;
    const wireType = tag & 7;
    if (fieldNumber === 0 || fieldNumber > FIELD_NUMBER_MAX) return undefined;
    if (wireType === BYTES) offset += value;
    else if (wireType !== VARINT) return undefined;
  }
  return Number.isSafeInteger(offset) ? offset : undefined;
}

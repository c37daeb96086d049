import { ZnnError } from '../../errors.js';
import type { PlacedTensor } from '../container/keys.js';
import { writeU64 } from '../frame/u64.js';
import { jsonString, type TextPieces, utf8LengthOf, writeUtf8 } from '../json/pieces.js';
import { METADATA_KEY } from './entry.js';
import { SAFETENSORS_JSON_MAX_BYTES, SAFETENSORS_LENGTH_BYTES } from './header.js';

/** The library pads its headers to this. */
const HEADER_ALIGNMENT_BYTES = 8;
const SPACE = 0x20;

/** Keys and values of `__metadata__`, each key once. */
export type MetadataPairs = Iterable<readonly [key: string, value: TextPieces]>;

/** Size of the header that `safetensorsHeaderBytes` makes of the same.
 * @throws ZnnError `unsupported` when it exceeds what the safetensors library reads */
export function safetensorsHeaderLength(tensors: Iterable<PlacedTensor>, metadata: MetadataPairs): number {
  const neededBytes = SAFETENSORS_LENGTH_BYTES + utf8LengthOf(jsonOf(tensors, metadata));
  const headerBytes = Math.ceil(neededBytes / HEADER_ALIGNMENT_BYTES) * HEADER_ALIGNMENT_BYTES;
  const jsonBytes = headerBytes - SAFETENSORS_LENGTH_BYTES;
  if (jsonBytes > SAFETENSORS_JSON_MAX_BYTES) {
    throw new ZnnError(
      'unsupported',
      `safetensors header: ${jsonBytes} bytes exceeds ${SAFETENSORS_JSON_MAX_BYTES}, the most that its library reads`,
    );
  }
  return headerBytes;
}

/** The header of a safetensors file, as the library writes it: length, compact JSON, spaces up to `headerBytes`.
 * @param headerBytes at least what `safetensorsHeaderLength` says
 * @throws ZnnError `io` when that is not enough */
export function safetensorsHeaderBytes(
  tensors: Iterable<PlacedTensor>,
  metadata: MetadataPairs,
  headerBytes: number,
): Uint8Array {
  const header = new Uint8Array(headerBytes).fill(SPACE);
  writeU64(new DataView(header.buffer), 0, headerBytes - SAFETENSORS_LENGTH_BYTES);
  const written = writeUtf8(jsonOf(tensors, metadata), header.subarray(SAFETENSORS_LENGTH_BYTES));
  if (written === undefined) throw new ZnnError('io', `safetensors header: ${headerBytes} bytes are too few`);
  return header;
}

function* jsonOf(tensors: Iterable<PlacedTensor>, metadata: MetadataPairs): Generator<string> {
  yield '{';
  const hasMetadata = yield* metadataJson(metadata);
  let separator = hasMetadata ? ',' : '';
  for (const { name, dtype, shape, dataStart, dataEnd } of tensors) {
    yield separator;
    yield* jsonString(name);
    yield `:${JSON.stringify({ dtype, shape, data_offsets: [dataStart, dataEnd] })}`;
    separator = ',';
  }
  yield '}';
}

/** The entry for it, if there is anything in it; returns whether there is. */
function* metadataJson(metadata: MetadataPairs): Generator<string, boolean> {
  let separator = `${JSON.stringify(METADATA_KEY)}:{`;
  let isEmpty = true;
  for (const [key, value] of metadata) {
    yield separator;
    yield* jsonString(key);
    yield ':';
    yield* jsonString(value);
    separator = ',';
    isEmpty = false;
  }
  if (!isEmpty) yield '}';
  return !isEmpty;
}

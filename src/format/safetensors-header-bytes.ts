import { ZnnError } from '../errors.js';
import type { PlacedTensor } from './safetensors-container.js';
import { METADATA_KEY } from './safetensors-entry.js';
import { SAFETENSORS_JSON_MAX_BYTES, SAFETENSORS_LENGTH_BYTES } from './safetensors-header.js';
import { writeU64 } from './u64.js';

/** The library pads its headers to this. */
const HEADER_ALIGNMENT_BYTES = 8;

/** The header of a safetensors file, as the library writes it: length, compact JSON, spaces up to a multiple of 8 bytes.
 * @param reservedBytes its size, if more than that is wanted
 * @throws ZnnError `unsupported` when it exceeds what the safetensors library reads */
export function safetensorsHeaderBytes(
  tensors: readonly PlacedTensor[],
  metadata: ReadonlyMap<string, string>,
  reservedBytes = 0,
): Uint8Array {
  const json = new TextEncoder().encode(jsonOf(tensors, metadata));
  const neededBytes = SAFETENSORS_LENGTH_BYTES + json.length;
  const paddedBytes = Math.ceil(neededBytes / HEADER_ALIGNMENT_BYTES) * HEADER_ALIGNMENT_BYTES;
  const headerBytes = Math.max(paddedBytes, reservedBytes);
  if (headerBytes - SAFETENSORS_LENGTH_BYTES > SAFETENSORS_JSON_MAX_BYTES) {
    throw new ZnnError(
      'unsupported',
      `safetensors header: ${headerBytes - SAFETENSORS_LENGTH_BYTES} bytes exceeds ${SAFETENSORS_JSON_MAX_BYTES}, the most that its library reads`,
    );
  }
  const header = new Uint8Array(headerBytes).fill(0x20);
  writeU64(new DataView(header.buffer), 0, headerBytes - SAFETENSORS_LENGTH_BYTES);
  header.set(json, SAFETENSORS_LENGTH_BYTES);
  return header;
}

function jsonOf(tensors: readonly PlacedTensor[], metadata: ReadonlyMap<string, string>): string {
  const members = tensors.map(({ name, dtype, shape, dataStart, dataEnd }) => {
    const entry = JSON.stringify({ dtype, shape, data_offsets: [dataStart, dataEnd] });
    return `${JSON.stringify(name)}:${entry}`;
  });
  if (metadata.size > 0) {
    const pairs = [...metadata].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    members.unshift(`${JSON.stringify(METADATA_KEY)}:{${pairs.join(',')}}`);
  }
  return `{${members.join(',')}}`;
}

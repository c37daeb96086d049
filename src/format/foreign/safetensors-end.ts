import { ZnnError } from '../../errors.js';
import type { ByteSource } from '../../sources/byte-source.js';
import { parseEntries } from '../safetensors/entries.js';
import {
  hasSafetensorsStart,
  parseSafetensorsHeader,
  SAFETENSORS_LENGTH_BYTES,
  SAFETENSORS_TENSORS_MAX,
} from '../safetensors/header.js';
import type { FileEnd } from './file-end.js';

/** Where the safetensors file behind `source` ends, by its header; `undefined` for any other file.
 * @throws ZnnError `io` when reading fails */
export function safetensorsEnd(source: ByteSource): FileEnd | undefined {
  if (!hasSafetensorsStart(source)) return undefined;
  const start = source.read(0, SAFETENSORS_LENGTH_BYTES);
  const jsonBytes = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  if (SAFETENSORS_LENGTH_BYTES + jsonBytes > source.sizeBytes) return 'in the header';
  const json = source.read(SAFETENSORS_LENGTH_BYTES, jsonBytes);
  const end = lastEndIn(json);
  return end !== undefined && parseSafetensorsHeader(json, end).isCanonical ? end : undefined;
}

function lastEndIn(json: Uint8Array): number | undefined {
  const headerBytes = SAFETENSORS_LENGTH_BYTES + json.length;
  try {
    const { tensors } = parseEntries(json, headerBytes, SAFETENSORS_TENSORS_MAX);
    return tensors.reduce((end, { fileEnd }) => Math.max(end, fileEnd), headerBytes);
  } catch (thrown) {
    if (thrown instanceof ZnnError) return undefined;
    throw thrown;
  }
}

import type { ByteSource } from '../../sources/byte-source.js';
import { FRAME_MAGIC } from '../frame/header.js';
import { hasSafetensorsStart } from '../safetensors/header.js';

const MAGIC_BYTES = 2;

/** Whether the file behind `source` begins with a frame.
 * @throws ZnnError `io` */
export function hasFrameMagic(source: ByteSource): boolean {
  if (source.sizeBytes < MAGIC_BYTES) return false;
  const start = source.read(0, MAGIC_BYTES);
  return new DataView(start.buffer, start.byteOffset).getUint16(0, true) === FRAME_MAGIC;
}

/** Whether the file behind `source` may be a `.znn` or `.znn.safetensors` file, by its first bytes.
 * @throws ZnnError `io` */
export function mayBeCompressed(source: ByteSource): boolean {
  return hasFrameMagic(source) || hasSafetensorsStart(source);
}

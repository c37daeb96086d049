// Files that end too early, as a download leaves them that was cut short: found where the format says how long the file is.

import type { ByteSource } from '../../sources/byte-source.js';
import type { FileEnd } from './file-end.js';
import { hasText } from './file-signatures.js';
import { ggufEnd } from './gguf-end.js';
import { hdf5End } from './hdf5-end.js';
import { npyEnd } from './npy-end.js';
import { onnxEnd } from './onnx-end.js';
import { safetensorsEnd } from './safetensors-end.js';

/** The end-of-central-directory record of a zip archive without its comment, and the longest comment. */
const ZIP_END_BYTES = 22;
const ZIP_COMMENT_MAX_BYTES = 0xffff;
const ZIP_END_MAGIC = 'PK\x05\x06';
/** Names of files that are one zip archive; others hold several, or something behind it. */
const ZIP_NAMES = /\.(pt|pth|bin|ckpt|pt2|ptl|npz|keras|zip|dduf|jit)$/i;

/** The format has nothing else that it begins with. */
const ONNX_NAME = /\.onnx$/i;

/** How the file is cut short, `undefined` where nothing says so.
 * @param start the file's first bytes, 8 or more if there are as many
 * @throws ZnnError `io` when reading fails; nothing that the file holds makes it throw */
export function cutIn(source: ByteSource, start: Uint8Array, name: string): string | undefined {
  if (hasText(start, 'PK\x03\x04'))
    return ZIP_NAMES.test(name) && !hasZipEnd(source) ? 'the end of the zip archive is missing' : undefined;
  const end = endOf(source, start, name);
  if (end === 'in the header') return 'it ends in its header';
  // A size beyond all files is no size.
  if (end === undefined || !Number.isSafeInteger(end) || end <= source.sizeBytes) return undefined;
  return `${source.sizeBytes} bytes are there, its header speaks of ${end}`;
}

function endOf(source: ByteSource, start: Uint8Array, name: string): FileEnd | undefined {
  if (hasText(start, '\x89HDF\r\n\x1a\n')) return hdf5End(source);
  if (hasText(start, '\x93NUMPY')) return npyEnd(source);
  if (hasText(start, 'GGUF')) return ggufEnd(source);
  return safetensorsEnd(source) ?? (ONNX_NAME.test(name) ? onnxEnd(source) : undefined);
}

function hasZipEnd(source: ByteSource): boolean {
  const { sizeBytes } = source;
  if (sizeBytes < ZIP_END_BYTES) return false;
  // Most archives have no comment: then it is the very last bytes.
  if (hasText(source.read(sizeBytes - ZIP_END_BYTES, ZIP_END_BYTES), ZIP_END_MAGIC)) return true;
  const tailBytes = Math.min(sizeBytes, ZIP_END_BYTES + ZIP_COMMENT_MAX_BYTES);
  const tail = source.read(sizeBytes - tailBytes, tailBytes);
  for (let at = tailBytes - ZIP_END_BYTES; at >= 0; at--) if (hasText(tail, ZIP_END_MAGIC, at)) return true;
  return false;
}

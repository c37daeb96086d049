// Weights by what a file begins with, whatever it is called.

import type { ByteSource } from '../../sources/byte-source.js';
import { readSafetensorsHeader } from '../safetensors/header.js';
import { hasText } from './file-signatures.js';

const START_BYTES = 1024;

/** Latin-1, at the start of the file unless a place is given. */
const SIGNATURES: readonly { readonly what: string; readonly magic: string; readonly at?: number }[] = [
  { what: 'GGUF', magic: 'GGUF' },
  // Numbers in little-endian order: "ggml", "ggmf", "ggjt" and "ggla".
  { what: 'GGML', magic: 'lmgg' },
  { what: 'GGML', magic: 'fmgg' },
  { what: 'GGML', magic: 'tjgg' },
  { what: 'GGML', magic: 'algg' },
  { what: 'HDF5', magic: '\x89HDF\r\n\x1a\n' },
  { what: 'a NumPy array', magic: '\x93NUMPY' },
  { what: 'TensorFlow Lite', magic: 'TFL3', at: 4 },
  // The magic number of PyTorch before it wrote zip archives, pickled.
  { what: 'PyTorch', magic: '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.' },
];

/** Names of the first member of a zip archive. */
const ZIP_MEMBERS: readonly { readonly what: string; readonly name: RegExp }[] = [
  {
    what: 'PyTorch',
    name: /(^|\/)(data\.pkl|constants\.pkl|byteorder|\.format_version|data\/\d+)$|^[^/]+\/code\/__torch__/,
  },
  { what: 'NumPy arrays', name: /\.npy$/ },
  { what: 'Keras', name: /\.weights\.h5$/ },
];
const ZIP_HEADER_BYTES = 30;
const ZIP_NAME_LENGTH_AT = 26;

/** What weights the file behind `source` holds, as in "seems to be GGUF"; `undefined` where nothing says so.
 * @throws ZnnError `io` when reading fails */
export function weightsIn(source: ByteSource): string | undefined {
  const start = source.read(0, Math.min(source.sizeBytes, START_BYTES));
  const found = SIGNATURES.find(({ magic, at }) => hasText(start, magic, at));
  if (found !== undefined) return found.what;
  if (hasText(start, 'PK\x03\x04')) return zippedIn(start);
  return readSafetensorsHeader(source).isCanonical ? 'safetensors' : undefined;
}

/** Programs, pictures, sound, documents, tables, fonts, archives: they may shrink, and are no weights. */
const OTHER_MEDIA = [
  ...['\x7fELF', 'MZ', '\xcf\xfa\xed\xfe', '\xca\xfe\xba\xbe', '\x00asm', '!<arch>\n'],
  ...['\x89PNG', '\xff\xd8\xff', 'GIF8', 'BM', 'II*\x00', 'MM\x00*', 'RIFF', 'OggS', 'fLaC', 'ID3'],
  ...['%PDF', 'SQLite format 3\x00', 'PAR1', 'ARROW1', '\x00\x01\x00\x00', 'OTTO', 'wOF', 'PK\x03\x04'],
] as const;
const VIDEO = { magic: 'ftyp', at: 4 } as const;

/** Whether the file behind `source` plainly is of another medium.
 * @throws ZnnError `io` */
export function isOtherMedium(source: ByteSource): boolean {
  const start = source.read(0, Math.min(source.sizeBytes, START_BYTES));
  return OTHER_MEDIA.some((magic) => hasText(start, magic)) || hasText(start, VIDEO.magic, VIDEO.at);
}

function zippedIn(start: Uint8Array): string | undefined {
  if (start.length < ZIP_HEADER_BYTES) return undefined;
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const nameBytes = view.getUint16(ZIP_NAME_LENGTH_AT, true);
  const name = new TextDecoder().decode(start.subarray(ZIP_HEADER_BYTES, ZIP_HEADER_BYTES + nameBytes));
  return ZIP_MEMBERS.find((member) => member.name.test(name))?.what;
}

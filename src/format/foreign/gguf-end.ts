import type { ByteSource } from '../../sources/byte-source.js';
import type { FileEnd } from './file-end.js';
import { CUT, GgufCursor, UNKNOWN } from './gguf-cursor.js';

// The header of a GGUF file: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md

const VERSIONS = new Set([2, 3]);
/** Of value types 0 to 12: their bytes, 0 where the value says how long it is. */
const VALUE_BYTES = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8] as const;
const STRING = 8;
const ARRAY = 9;
const UINT32 = 4;
const DIMENSIONS_MAX = 8;
const ALIGNMENT_KEY = 'general.alignment';
const ALIGNMENT_DEFAULT_BYTES = 32;

/** Elements of a block and its bytes, by tensor type. A type that is not here says nothing about where its tensor ends. */
const BLOCKS: Readonly<Record<number, readonly [elements: number, bytes: number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  16: [256, 66],
  17: [256, 74],
  18: [256, 98],
  19: [256, 50],
  20: [32, 18],
  21: [256, 110],
  22: [256, 82],
  23: [256, 136],
  30: [1, 2],
  39: [32, 17],
};

/** Where the GGUF file behind `source` ends at the least, by the places and sizes of its tensors; `undefined` where its header
 * does not say.
 * @throws ZnnError `io` when reading fails */
export function ggufEnd(source: ByteSource): FileEnd | undefined {
  try {
    return endOf(new GgufCursor(source));
  } catch (stop) {
    if (stop === CUT) return 'in the header';
    if (stop === UNKNOWN) return undefined;
    throw stop;
  }
}

function endOf(cursor: GgufCursor): number {
  cursor.skip(4);
  if (!VERSIONS.has(cursor.u32())) throw UNKNOWN;
  const tensorCount = cursor.u64();
  const valueCount = cursor.u64();
  let alignmentBytes = ALIGNMENT_DEFAULT_BYTES;
  for (let i = 0; i < valueCount; i++) {
    const isAlignment = cursor.text(ALIGNMENT_KEY.length) === ALIGNMENT_KEY;
    const type = cursor.u32();
    if (isAlignment && type === UINT32) alignmentBytes = cursor.u32() || ALIGNMENT_DEFAULT_BYTES;
    else skipValue(cursor, type);
  }
  let dataBytes = 0;
  for (let i = 0; i < tensorCount; i++) dataBytes = Math.max(dataBytes, tensorEnd(cursor));
  const dataStart = Math.ceil(cursor.offset / alignmentBytes) * alignmentBytes;
  return tensorCount === 0 ? cursor.offset : dataStart + dataBytes;
}

function skipValue(cursor: GgufCursor, type: number): void {
  if (type === STRING) cursor.skip(cursor.u64());
  else if (type === ARRAY) skipArray(cursor);
  else cursor.skip(valueBytesOf(type));
}

function skipArray(cursor: GgufCursor): void {
  const itemType = cursor.u32();
  const itemCount = cursor.u64();
  if (itemType === STRING) for (let i = 0; i < itemCount; i++) cursor.skip(cursor.u64());
  else cursor.skip(itemCount * valueBytesOf(itemType));
}

function valueBytesOf(type: number): number {
  const bytes = VALUE_BYTES[type];
  if (!bytes) throw UNKNOWN;
  return bytes;
}

/** Relative to the first tensor. */
function tensorEnd(cursor: GgufCursor): number {
  cursor.skip(cursor.u64());
  const dimensionCount = cursor.u32();
  if (dimensionCount > DIMENSIONS_MAX) throw UNKNOWN;
  let elements = 1;
  for (let i = 0; i < dimensionCount; i++) elements *= cursor.u64();
  const [blockElements, blockBytes] = BLOCKS[cursor.u32()] ?? [1, 0];
  return cursor.u64() + Math.floor(elements / blockElements) * blockBytes;
}

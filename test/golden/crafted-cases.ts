// Files that the stock package reads but has no occasion to write: made with the reference encoder, frozen in crafted/.

import { frameOf, frameOfRaw } from '../reference/frame-encode.js';
import { encodeHuffmanBlock, encodeWithLengths, type WeightCoding } from '../reference/huffman-encode.js';
import { fibonacciBytes, floatBytes, joined, skewedBytes } from './seeded-bytes.js';

export interface CraftedCase {
  readonly name: string;
  readonly how: string;
  readonly raw: Uint8Array;
  readonly file: Uint8Array;
}

const FP8 = 29;

function oneBlock(name: string, how: string, raw: Uint8Array, block: Uint8Array | undefined): CraftedCase {
  if (block === undefined) throw new Error(`${name}: no such block`);
  const file = frameOf({ dtypeCode: FP8, rawBytes: raw.length, planes: [[{ type: 1, bytes: block }]] });
  return { name, how, raw, file };
}

function blockCase(
  name: string,
  how: string,
  raw: Uint8Array,
  maxBits: number,
  coding: WeightCoding,
): CraftedCase {
  return oneBlock(name, how, raw, encodeHuffmanBlock(raw, maxBits, coding));
}

/** Lengths 2, 2, 2, 3, 4, … 11, 12, 12 bits: a table of 2^12 in which no weight is 12, which stock zipnn would refuse. */
function twelveBitLengths(): number[] {
  return [2, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 12];
}

const SKEWED = skewedBytes(1, 3000, 14, 0.5);
const TWO = skewedBytes(2, 1000, 2, 0.5);
const FLAT = Uint8Array.from({ length: 2048 }, (_, index) => (index * 7) % 96);
const ALL_BYTES = joined(
  Uint8Array.from({ length: 256 }, (_, value) => value),
  new Uint8Array(900).fill(200),
);
const BF16 = floatBytes(3, 700, 2);
const F32 = floatBytes(4, 400, 4);

export const CRAFTED: readonly CraftedCase[] = [
  oneBlock(
    'code-12-bits-direct',
    'the longest code has 12 bits, weights written directly',
    SKEWED,
    encodeWithLengths(SKEWED, twelveBitLengths(), 'direct'),
  ),
  oneBlock(
    'code-12-bits-fse',
    'the longest code has 12 bits, weights coded with FSE',
    SKEWED,
    encodeWithLengths(SKEWED, twelveBitLengths(), 'fse'),
  ),
  blockCase('code-11-bits', 'Fibonacci counts, cut to 11 bits', fibonacciBytes(20), 11, 'auto'),
  blockCase('code-1-bit', 'two symbols, 0 and 1', TWO, 11, 'direct'),
  blockCase(
    'code-1-bit-far',
    'two symbols, 0 and 255',
    TWO.map((byte) => byte * 255),
    11,
    'fse',
  ),
  blockCase(
    'code-1-bit-128',
    'two symbols, 0 and 128: the most weights that fit a direct tree',
    TWO.map((b) => b * 128),
    11,
    'direct',
  ),
  blockCase('tree-direct-odd', 'an odd number of direct weights', skewedBytes(5, 900, 6, 0.5), 11, 'direct'),
  blockCase(
    'tree-direct-even',
    'an even number of direct weights',
    skewedBytes(6, 900, 7, 0.5),
    11,
    'direct',
  ),
  blockCase('tree-flat', '96 symbols, nearly alike', FLAT, 11, 'fse'),
  blockCase('tree-256-symbols', 'every byte value, one of them frequent', ALL_BYTES, 11, 'fse'),
  blockCase('lane-short', '13 bytes: lanes of 4, 4, 4 and 1', new Uint8Array(13).fill(1, 0, 5), 11, 'direct'),
  {
    name: 'block-131072',
    how: 'the largest block',
    ...wholeFrame(skewedBytes(7, 131072, 3, 0.9), FP8, 1, false),
  },
  {
    name: 'block-131071',
    how: 'the largest block less one byte',
    ...wholeFrame(skewedBytes(8, 131071, 3, 0.9), FP8, 1, false),
  },
  {
    name: 'stream-copy',
    how: 'a Huffman stream as long as its raw bytes is a copy',
    raw: TWO,
    file: frameOf({ dtypeCode: FP8, rawBytes: TWO.length, planes: [[{ type: 1, bytes: TWO }]] }),
  },
  {
    name: 'dtype-alias-2',
    how: 'dtype code 2, an alias of float32',
    ...wholeFrame(F32, 2, 4, true),
  },
  { name: 'dtype-alias-5', how: 'dtype code 5, an alias of float16', ...wholeFrame(BF16, 5, 2, false) },
  { name: 'f32-unrotated', how: 'float32 with bit reorder 0', ...wholeFrame(F32, 1, 4, false) },
  {
    name: 'f16-rotated',
    how: 'float16 with bit reorder 1, which the decoder obeys',
    ...wholeFrame(BF16, 4, 2, true),
  },
  {
    name: 'bf16-odd-byte',
    how: 'bfloat16 of 1,399 bytes: the first plane has one more',
    ...wholeFrame(BF16.subarray(1), 6, 2, true),
  },
  ...[1, 2, 3].map((cut) => ({
    name: `f32-tail-${4 - cut}`,
    how: `float32 of ${F32.length - cut} bytes: ${4 - cut} of the planes have one more`,
    ...wholeFrame(F32.subarray(cut), 1, 4, true),
  })),
  mixedFrames(),
];

function wholeFrame(raw: Uint8Array, dtypeCode: number, planeCount: 1 | 2 | 4, rotated: boolean) {
  return { raw, file: frameOfRaw(raw, dtypeCode, planeCount, rotated) };
}

/** Frames of every dtype, an empty one among them, in one streaming file. */
function mixedFrames(): CraftedCase {
  const streaming = { streamingByte: 128 + 22 };
  const empty = new Uint8Array();
  return {
    name: 'frames-mixed',
    how: 'frames of different dtypes, one of them empty',
    raw: joined(SKEWED, BF16, empty, F32, BF16),
    file: joined(
      frameOfRaw(SKEWED, FP8, 1, false, streaming),
      frameOfRaw(BF16, 6, 2, true, streaming),
      frameOfRaw(empty, FP8, 1, false, { ...streaming, planes: [[]] }),
      frameOfRaw(F32, 1, 4, true, streaming),
      frameOfRaw(BF16, 4, 2, false, streaming),
    ),
  };
}

import { HUFFMAN_BLOCK_MAX_BYTES, JUMP_TABLE_BYTES } from '../format/constants.js';
import type { Kernels } from './kernels.js';
import { CODES, COUNTS, LENGTHS, PAIR_CODES, PAIRS, TREE, WORK } from './memory.js';

/** How a plane's part of a chunk stands in the frame. */
export interface EncodedStream {
  /** 0 raw, 1 Huffman (of one byte: constant). */
  readonly type: 0 | 1;
  readonly bytes: number;
}

/** A stream stays raw unless it shrinks below this share: decoding costs more than the last percents are worth.
 * ZipNN's own threshold. */
const WORTHWHILE_NUMERATOR = 95;
const WORTHWHILE_DENOMINATOR = 100;

/** Below this the tree alone eats the gain, and short lanes want a decoder's slow path. */
const HUFFMAN_MIN_BYTES = 64;

/** Largest Σ p² of a sample that proves "not worthwhile": its collision entropy, −log2 of it, is 7.68 bits, so Shannon's
 * is no less, and 7.68 / 8 = 0.96 of the raw size leaves room for the sample's error. */
const FLAT_COLLISION_PROBABILITY = 1.25 / 256;

/** Pair indexes are made 16 bytes at a time, and no pair may span two of the four lanes. */
const PAIRS_MULTIPLE_BYTES = 16;

/** Four end marks, and the rounding up of four lanes to whole bytes. */
const LANE_ENDS_BYTES = 4;

/** Writes the plane of `bytes` bytes at `source` to `target` as whatever pays. `source` may equal `target`: then `scratch`,
 * of a block's size, takes the plane out of the way where it turns out to be worth coding, since a coder can't work in
 * place. The target needs room for `bytes` and the encoder's slack. */
export function encodePlane(
  kernels: Kernels,
  source: number,
  bytes: number,
  target: number,
  scratch: number,
): EncodedStream {
  const code = codeOf(kernels, source, bytes);
  if (code === 'raw') return copyRaw(kernels, source, bytes, target);
  if (code === 'constant') {
    kernels.bytes[target] = kernels.bytes[source] ?? 0;
    return { type: 1, bytes: 1 };
  }
  const { exports } = kernels;
  const treeBytes = exports.encodeTree(LENGTHS, code.maxBits, TREE, WORK);
  const laneBytesMax = JUMP_TABLE_BYTES + code.codedBytes + LANE_ENDS_BYTES;
  if (treeBytes === 0 || !isWorthwhile(treeBytes + laneBytesMax, bytes)) {
    return copyRaw(kernels, source, bytes, target);
  }
  if (source === target) kernels.bytes.copyWithin(scratch, source, source + bytes);
  kernels.bytes.copyWithin(target, TREE, TREE + treeBytes);
  const laneBytes = encodeLanes(
    kernels,
    code,
    source === target ? scratch : source,
    bytes,
    target + treeBytes,
  );
  return { type: 1, bytes: treeBytes + laneBytes };
}

interface WorthwhileCode {
  readonly maxBits: number;
  readonly codedBytes: number;
  /** The base of the pair indexes at PAIRS; undefined when the plane must be coded symbol by symbol. */
  readonly pairBase: number | undefined;
}

/** Leaves the histogram at COUNTS, the code at LENGTHS, and pair indexes, where there are any, at PAIRS. */
function codeOf(kernels: Kernels, source: number, bytes: number): WorthwhileCode | 'raw' | 'constant' {
  const { exports } = kernels;
  if (bytes < HUFFMAN_MIN_BYTES || bytes > HUFFMAN_BLOCK_MAX_BYTES) return 'raw';
  if (exports.isConstant(source, bytes)) return 'constant';
  if (isFlat(kernels, source, bytes)) return 'raw';
  const pairBase = countSymbols(kernels, source, bytes);
  const maxBits = exports.codeLengths(COUNTS, LENGTHS, WORK);
  const codedBytes = Math.ceil(exports.codedBits(COUNTS, LENGTHS) / 8);
  return isWorthwhile(codedBytes, bytes) ? { maxBits, codedBytes, pairBase } : 'raw';
}

/** True where a sample proves that no code is worthwhile. */
function isFlat({ exports }: Kernels, source: number, bytes: number): boolean {
  const sampleBytes = exports.SAMPLE_BYTES.value;
  if (bytes < sampleBytes) return false;
  const collisions = exports.sampleCollisions(source, bytes, COUNTS);
  return collisions <= FLAT_COLLISION_PROBABILITY * sampleBytes * sampleBytes;
}

/** Fills COUNTS. Returns the base of the pair indexes, if the plane's values and length allow pairs. */
function countSymbols({ exports }: Kernels, source: number, bytes: number): number | undefined {
  const pairBase = bytes % PAIRS_MULTIPLE_BYTES === 0 ? exports.mapPairs(source, bytes, PAIRS) : -1;
  if (pairBase < 0) {
    exports.histogram(source, bytes, COUNTS, WORK);
    return undefined;
  }
  exports.pairHistogram(PAIRS, bytes / 2, pairBase, COUNTS, WORK);
  return pairBase;
}

/** Writes jump table and lanes with the code at LENGTHS. Returns their size. */
function encodeLanes(
  { exports }: Kernels,
  { maxBits, pairBase }: WorthwhileCode,
  source: number,
  bytes: number,
  target: number,
): number {
  exports.buildCodes(LENGTHS, maxBits, CODES);
  if (pairBase === undefined) return exports.encodeLanes(source, bytes, CODES, target);
  exports.buildPairCodes(LENGTHS, CODES, pairBase, PAIR_CODES, WORK);
  return exports.encodePairLanes(PAIRS, bytes, PAIR_CODES, target);
}

/** True where a stream of `encodedBytes` beats the raw one by enough. */
export function isWorthwhile(encodedBytes: number, rawBytes: number): boolean {
  return encodedBytes * WORTHWHILE_DENOMINATOR < rawBytes * WORTHWHILE_NUMERATOR;
}

function copyRaw(kernels: Kernels, source: number, bytes: number, target: number): EncodedStream {
  if (source !== target) kernels.bytes.copyWithin(target, source, source + bytes);
  return { type: 0, bytes };
}

import { HUFFMAN_BLOCK_MAX_BYTES } from '../../format/frame/constants.js';
import type { Kernels } from '../kernels.js';
import { CODES, COUNTS, LENGTHS, PAIRS, WORK } from '../memory.js';
import { makeCode, type PlanePart, writeTree } from './block-code.js';
import { encodePairs } from './encode-pairs.js';

/** How a plane's part of a chunk stands in the frame. */
export interface EncodedStream {
  /** 0 raw, 1 Huffman (of one byte: constant). */
  readonly type: 0 | 1;
  readonly bytes: number;
}

/** Below this the tree alone eats the gain, and short lanes want a decoder's slow path. */
const HUFFMAN_MIN_BYTES = 64;

/** Largest Σ p² of a sample that proves "not worthwhile": its collision entropy, −log2 of it, is 7.68 bits, so Shannon's
 * is no less, and 7.68 / 8 = 0.96 of the raw size leaves room for the sample's error. */
const FLAT_COLLISION_PROBABILITY = 1.25 / 256;

/** Pair indexes are made 16 bytes at a time, and no pair may span two of the four lanes. */
const PAIRS_MULTIPLE_BYTES = 16;

/** Writes a part of a plane to its target as whatever pays. */
export function encodePlane(kernels: Kernels, part: PlanePart): EncodedStream {
  const { source, bytes, target } = part;
  if (bytes < HUFFMAN_MIN_BYTES || bytes > HUFFMAN_BLOCK_MAX_BYTES) return copyRaw(kernels, part);
  if (kernels.exports.isConstant(source, bytes)) {
    kernels.bytes[target] = kernels.bytes[source] ?? 0;
    return { type: 1, bytes: 1 };
  }
  const blockBytes = encodeBlock(kernels, part);
  return blockBytes === undefined ? copyRaw(kernels, part) : { type: 1, bytes: blockBytes };
}

/** Bytes of the Huffman block that now stands at the target; undefined, and the source unharmed, where it is not
 * worthwhile. */
function encodeBlock(kernels: Kernels, part: PlanePart): number | undefined {
  const { exports } = kernels;
  const { source, bytes, history } = part;
  if (!history.isCoded && isFlat(kernels, source, bytes)) return undefined;
  const range =
    bytes % PAIRS_MULTIPLE_BYTES === 0 ? exports.mapPairs(source, bytes, PAIRS, history.range) : -1;
  const blockBytes = range >= 0 ? encodePairs(kernels, range, part) : encodeSymbols(kernels, part);
  history.range = Math.max(range, 0);
  history.isCoded = blockBytes !== undefined;
  return blockBytes;
}

/** True where a sample proves that no code is worthwhile. */
function isFlat({ exports }: Kernels, source: number, bytes: number): boolean {
  const sampleBytes = exports.SAMPLE_BYTES.value;
  if (bytes < sampleBytes) return false;
  const collisions = exports.sampleCollisions(source, bytes, COUNTS);
  return collisions <= FLAT_COLLISION_PROBABILITY * sampleBytes * sampleBytes;
}

/** As `encodeBlock`, symbol by symbol. */
function encodeSymbols(kernels: Kernels, { source, bytes, target, scratch }: PlanePart): number | undefined {
  const { exports } = kernels;
  exports.histogram(source, bytes, COUNTS, WORK);
  const code = makeCode(kernels, bytes);
  if (code === undefined) return undefined;
  if (source === target) kernels.bytes.copyWithin(scratch, source, source + bytes);
  const lanesTarget = writeTree(kernels, code, target);
  exports.buildCodes(LENGTHS, code.maxBits, CODES);
  const symbols = source === target ? scratch : source;
  return code.treeBytes + exports.encodeLanes(symbols, bytes, CODES, lanesTarget);
}

function copyRaw(kernels: Kernels, { source, bytes, target }: PlanePart): EncodedStream {
  if (source !== target) kernels.bytes.copyWithin(target, source, source + bytes);
  return { type: 0, bytes };
}

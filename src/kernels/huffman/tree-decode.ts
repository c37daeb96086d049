// The tree description of a Huffman block, decode side (RFC 8878, sections 4.2.1.1 and 4.2.1.2).
// Nothing here is hot: every read is bounds-checked, and bits outside the stream read as 0.

import {
  DIRECT_WEIGHTS_BASE,
  HUFFMAN_BAD_TREE,
  HUFFMAN_BAD_WEIGHTS,
  HUFFMAN_CODE_TOO_LONG,
  HUFFMAN_READ_MAX_BITS,
  WEIGHTS_FSE_MAX_LOG,
} from '../../format/frame/constants';
import { FSE_SYMBOLS, spreadSymbols } from './fse-table';

const MAX_WEIGHT_COUNT: i32 = 255;
/** Most bytes of a tree description: a first byte below DIRECT_WEIGHTS_BASE + 1 is the number of those behind it. */
export const TREE_MAX_BYTES: usize = 1 + <usize>DIRECT_WEIGHTS_BASE;

// Working memory.
const PROBABILITIES: usize = 0;
const SPREAD: usize = PROBABILITIES + 32;
const NEXT: usize = SPREAD + 64;
const STATES: usize = NEXT + 64;
/** Bytes of working memory for `decodeTree`. */
export const TREE_DECODE_WORK_BYTES: i32 = <i32>(STATES + 256);

/** `count` (≤ 16) bits from bit `at` of [source, end), least significant first; `at` may lie before or behind. */
function bitsAt(source: usize, end: usize, at: i32, count: u32): u32 {
  let word: u32 = 0;
  const firstByte = at >> 3;
  for (let i: i32 = 0; i < 3; i++) {
    const byteIndex = firstByte + i;
    if (byteIndex >= 0 && source + <usize>byteIndex < end) {
      word |= <u32>load<u8>(source + <usize>byteIndex) << (i << 3);
    }
  }
  return (word >> (at & 7)) & ((1 << count) - 1);
}

/** Reads the probabilities of the weights (RFC 8878, section 4.1.1). Returns bytes << 8 | log, or a negated error. */
function readProbabilities(source: usize, end: usize, probabilities: usize): i32 {
  memory.fill(probabilities, 0, FSE_SYMBOLS << 1);
  const log = bitsAt(source, end, 0, 4) + 5;
  if (<i32>log > WEIGHTS_FSE_MAX_LOG) return -HUFFMAN_BAD_TREE;
  let at: i32 = 4;
  let remaining: i32 = 1 << log;
  let symbol: usize = 0;
  while (remaining > 0) {
    if (symbol >= FSE_SYMBOLS) return -HUFFMAN_BAD_TREE;
    const width = 32 - clz<u32>(remaining + 1);
    const shortCount = (<u32>1 << width) - 2 - <u32>remaining;
    const half = <u32>1 << (width - 1);
    let value = bitsAt(source, end, at, width);
    if ((value & (half - 1)) < shortCount) {
      value &= half - 1;
      at += width - 1;
    } else {
      if (value >= half) value -= shortCount;
      at += width;
    }
    const probability = <i32>value - 1;
    store<i16>(probabilities + (symbol++ << 1), <i16>probability);
    remaining -= probability < 0 ? 1 : probability;
    if (probability == 0) {
      let zeros: u32 = 3;
      while (zeros == 3) {
        zeros = bitsAt(source, end, at, 2);
        at += 2;
        symbol += zeros;
        if (symbol >= FSE_SYMBOLS) return -HUFFMAN_BAD_TREE;
      }
    }
  }
  const bytes = (at + 7) >> 3;
  if (remaining < 0 || source + <usize>bytes > end) return -HUFFMAN_BAD_TREE;
  return (bytes << 8) | log;
}

/** One u32 a state: symbol, bits to read << 8, base of the next state << 16. */
function buildStates(probabilities: usize, log: u32, work: usize): void {
  const spread = work + SPREAD;
  const next = work + NEXT;
  spreadSymbols(probabilities, log, spread);
  for (let symbol: usize = 0; symbol < FSE_SYMBOLS; symbol++) {
    const probability = load<i16>(probabilities + (symbol << 1));
    store<u32>(next + (symbol << 2), probability < 0 ? 1 : probability);
  }
  const stateCount: u32 = 1 << log;
  for (let state: u32 = 0; state < stateCount; state++) {
    const symbol = <u32>load<u8>(spread + state);
    const slot = next + (symbol << 2);
    const numerator = load<u32>(slot);
    store<u32>(slot, numerator + 1);
    const bits = log - (31 - clz<u32>(numerator));
    const base = (numerator << bits) - stateCount;
    store<u32>(work + STATES + (state << 2), symbol | (bits << 8) | (base << 16));
  }
}

/** Decodes FSE-coded weights from [source, end) with two states that take turns. The stream is read from its end mark
 * backwards; the weights end where a state asks for more bits than are left. Returns their number, or a negated error. */
function readFseWeights(source: usize, end: usize, weights: usize, work: usize): i32 {
  const table = readProbabilities(source, end, work + PROBABILITIES);
  if (table < 0) return table;
  const log = table & 0xff;
  const start = source + <usize>(table >> 8);
  if (start >= end) return -HUFFMAN_BAD_TREE;
  buildStates(work + PROBABILITIES, log, work);
  const lastByte = <u32>load<u8>(end - 1);
  if (lastByte == 0) return -HUFFMAN_BAD_TREE;
  let bitsLeft = <i32>((end - start) << 3) - <i32>clz<u32>(lastByte << 24) - 1;
  bitsLeft -= log;
  let state = bitsAt(start, end, bitsLeft, log);
  bitsLeft -= log;
  let other = bitsAt(start, end, bitsLeft, log);
  if (bitsLeft < 0) return -HUFFMAN_BAD_TREE;

  for (let count: i32 = 0; count < MAX_WEIGHT_COUNT - 1; ) {
    const entry = load<u32>(work + STATES + (<usize>state << 2));
    store<u8>(weights + count++, <u8>entry);
    const bits = (entry >> 8) & 0xff;
    bitsLeft -= bits;
    if (bitsLeft < 0) {
      store<u8>(weights + count++, load<u8>(work + STATES + (<usize>other << 2)));
      return count;
    }
    state = other;
    other = (entry >> 16) + bitsAt(start, end, bitsLeft, bits);
  }
  return -HUFFMAN_BAD_TREE;
}

function readDirectWeights(source: usize, count: i32, weights: usize): void {
  for (let i: i32 = 0; i < count; i++) {
    const pair = load<u8>(source + (i >> 1));
    store<u8>(weights + i, i & 1 ? pair & 15 : pair >> 4);
  }
}

/** Checks that the weights leave exactly one power of two for the last symbol, and appends its weight.
 * Returns the longest code length, or a negated error. */
function completeWeights(weights: usize, count: i32): i32 {
  let sum: u32 = 0;
  let ones: u32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const weight = <u32>load<u8>(weights + i);
    if (<i32>weight > HUFFMAN_READ_MAX_BITS) return -HUFFMAN_CODE_TOO_LONG;
    sum += (1 << weight) >> 1;
    if (weight == 1) ones++;
  }
  if (sum == 0) return -HUFFMAN_BAD_WEIGHTS;
  const maxBits = 32 - clz<u32>(sum);
  if (<i32>maxBits > HUFFMAN_READ_MAX_BITS) return -HUFFMAN_CODE_TOO_LONG;
  const rest = (<u32>1 << maxBits) - sum;
  if (popcnt<u32>(rest) != 1) return -HUFFMAN_BAD_WEIGHTS;
  const lastWeight = 32 - clz<u32>(rest);
  if (lastWeight == 1) ones++;
  // The longest codes come in pairs.
  if (ones < 2 || ones & 1) return -HUFFMAN_BAD_WEIGHTS;
  store<u8>(weights + count, <u8>lastWeight);
  return maxBits;
}

/** Decodes the tree description at `source` into `weights` (256 u8, 0 = unused symbol).
 * Returns bytes of the description << 8 | longest code length, or a negated HUFFMAN_… error. */
export function decodeTree(source: usize, sourceBytes: usize, weights: usize, work: usize): i32 {
  memory.fill(weights, 0, 256);
  if (sourceBytes < 2) return -HUFFMAN_BAD_TREE;
  const header = <i32>load<u8>(source);
  const isDirect = header > DIRECT_WEIGHTS_BASE;
  const bytes = isDirect ? (header - DIRECT_WEIGHTS_BASE + 1) >> 1 : header;
  if (<usize>bytes + 1 > sourceBytes) return -HUFFMAN_BAD_TREE;
  let count = header - DIRECT_WEIGHTS_BASE;
  if (isDirect) readDirectWeights(source + 1, count, weights);
  else count = readFseWeights(source + 1, source + 1 + <usize>bytes, weights, work);
  if (count < 0) return count;
  const maxBits = completeWeights(weights, count);
  if (maxBits < 0) return maxBits;
  return ((bytes + 1) << 8) | maxBits;
}

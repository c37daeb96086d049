// The tree description of a Huffman block, encode side: the weights of all symbols but the last, direct (4 bits each) or
// FSE-coded, whichever is shorter (RFC 8878, sections 4.2.1.1 and 4.2.1.2).

import { DIRECT_WEIGHTS_BASE, WEIGHTS_FSE_MAX_LOG } from '../../format/frame/constants';
import { FSE_SYMBOLS, spreadSymbols } from './fse-table';

const MAX_DIRECT_WEIGHTS: u32 = 128;
const MAX_FSE_BYTES: u32 = 127;

// Working memory.
const WEIGHTS: usize = 0;
const COUNTS: usize = 256;
const PROBABILITIES: usize = COUNTS + 64;
const SPREAD: usize = PROBABILITIES + 32;
const FIRST_STATE: usize = SPREAD + 64;
const STATES: usize = FIRST_STATE + 64;
const STREAM: usize = STATES + 64;
/** Bytes of working memory for `encodeTree`; the stream of 255 weights takes at most 255 × 6 + 13 bits. */
export const TREE_ENCODE_WORK_BYTES: i32 = <i32>(STREAM + 256);

/** Turns counts into probabilities that sum to 2^log, none of a used symbol 0. */
function normalize(counts: usize, total: u32, log: u32, probabilities: usize): void {
  const sum: i32 = 1 << log;
  let rest = sum;
  for (let symbol: usize = 0; symbol < FSE_SYMBOLS; symbol++) {
    const count = load<u32>(counts + (symbol << 2));
    const share = <i32>(((count << log) + (total >> 1)) / total);
    const probability = count ? max(share, 1) : 0;
    store<i16>(probabilities + (symbol << 1), <i16>probability);
    rest -= probability;
  }
  // Rounding leaves a few too many or too few: the most frequent symbol feels it least.
  while (rest != 0) {
    let largest: usize = 0;
    for (let symbol: usize = 1; symbol < FSE_SYMBOLS; symbol++) {
      if (load<i16>(probabilities + (symbol << 1)) > load<i16>(probabilities + (largest << 1))) largest = symbol;
    }
    const step = rest > 0 ? rest : -1;
    const slot = probabilities + (largest << 1);
    store<i16>(slot, <i16>(load<i16>(slot) + step));
    rest -= step;
  }
}

/** Writes the probabilities (RFC 8878, section 4.1.1); returns the bytes written. */
function writeProbabilities(probabilities: usize, log: u32, target: usize): u32 {
  let bits: u64 = log - 5;
  let bitCount: u32 = 4;
  let start = target;
  let remaining: u32 = 1 << log;
  let symbol: usize = 0;
  while (remaining > 0) {
    const probability = <u32>load<i16>(probabilities + (symbol++ << 1));
    // A value is 0 … remaining + 1; with `width` bits there are more patterns than values, so small ones save a bit.
    const width = 32 - clz<u32>(remaining + 1);
    const shortCount = (<u32>1 << width) - 2 - remaining;
    const value = probability + 1;
    const half = <u32>1 << (width - 1);
    if (value < shortCount) {
      bits |= <u64>value << bitCount;
      bitCount += width - 1;
    } else {
      bits |= <u64>(value >= half ? value + shortCount : value) << bitCount;
      bitCount += width;
    }
    remaining -= probability;
    if (probability == 0) {
      let zeros: u32 = 0;
      while (load<i16>(probabilities + (symbol << 1)) == 0) {
        zeros++;
        symbol++;
      }
      for (; zeros >= 3; zeros -= 3, bitCount += 2) bits |= <u64>3 << bitCount;
      bits |= <u64>zeros << bitCount;
      bitCount += 2;
    }
    for (; bitCount >= 8; bitCount -= 8, bits >>= 8) store<u8>(target++, <u8>bits);
  }
  if (bitCount) store<u8>(target++, <u8>bits);
  return <u32>(target - start);
}

/** For symbol s of probability p, the states p … 2p − 1 of the coder map to the table positions that hold s, in order. */
function buildStates(probabilities: usize, log: u32, spread: usize, firstState: usize, states: usize): void {
  let first: u32 = 0;
  for (let symbol: usize = 0; symbol < FSE_SYMBOLS; symbol++) {
    store<u32>(firstState + (symbol << 2), first);
    first += <u32>load<i16>(probabilities + (symbol << 1));
  }
  const stateCount: u32 = 1 << log;
  for (let position: u32 = 0; position < stateCount; position++) {
    const slot = firstState + (<usize>load<u8>(spread + position) << 2);
    const index = load<u32>(slot);
    store<u8>(states + index, <u8>position);
    store<u32>(slot, index + 1);
  }
  // firstState now points past each symbol's states; the coder wants their start.
  for (let symbol: usize = 0; symbol < FSE_SYMBOLS; symbol++) {
    const slot = firstState + (symbol << 2);
    store<u32>(slot, load<u32>(slot) - <u32>load<i16>(probabilities + (symbol << 1)));
  }
}

/** Codes the weights with two states that take turns, from the last weight to the first, so that the decoder, which reads
 * backwards, meets them in order. Each state starts as its symbol's lowest one: that one wants at least a bit more, and
 * the decoder knows the end by the bits that are missing. Returns the bytes written. */
function writeStream(weights: usize, weightCount: u32, log: u32, work: usize, target: usize): u32 {
  const probabilities = work + PROBABILITIES;
  const stateCount: u32 = 1 << log;
  const start = target;
  let bits: u64 = 0;
  let bitCount: u32 = 0;
  let even: u32 = 0;
  let odd: u32 = 0;
  for (let i = weightCount; i-- > 0; ) {
    const symbol = <usize>load<u8>(weights + i);
    const probability = <u32>load<i16>(probabilities + (symbol << 1));
    const first = load<u32>(work + FIRST_STATE + (symbol << 2));
    const isFirstOfState = i + 2 >= weightCount;
    let index: u32 = 0;
    if (!isFirstOfState) {
      const state = i & 1 ? odd : even;
      // state is in [2^log, 2^(log+1)); shift it into [p, 2p) and send what falls off.
      let shift: u32 = 0;
      while (state >> shift >= probability << 1) shift++;
      bits |= <u64>(state & ((1 << shift) - 1)) << bitCount;
      bitCount += shift;
      index = (state >> shift) - probability;
      for (; bitCount >= 8; bitCount -= 8, bits >>= 8) store<u8>(target++, <u8>bits);
    }
    const next = stateCount + load<u8>(work + STATES + first + index);
    if (i & 1) odd = next;
    else even = next;
  }
  bits |= <u64>(odd - stateCount) << bitCount;
  bits |= <u64>(even - stateCount) << (bitCount + log);
  bits |= (<u64>1) << (bitCount + 2 * log);
  bitCount += 2 * log + 1;
  for (; bitCount > 0; bits >>= 8) {
    store<u8>(target++, <u8>bits);
    bitCount = bitCount > 8 ? bitCount - 8 : 0;
  }
  return <u32>(target - start);
}

/** Bytes of the FSE-coded weights at work + STREAM, or 0 if the weights can't be coded so. */
function encodeWithFse(weights: usize, weightCount: u32, work: usize): u32 {
  const counts = work + COUNTS;
  memory.fill(counts, 0, FSE_SYMBOLS << 2);
  for (let i: u32 = 0; i < weightCount; i++) {
    const slot = counts + (<usize>load<u8>(weights + i) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  for (let symbol: usize = 0; symbol < FSE_SYMBOLS; symbol++) {
    // One symbol alone would need no bits at all, and the decoder could not find the end.
    if (load<u32>(counts + (symbol << 2)) == weightCount) return 0;
  }
  const log: u32 = weightCount < 32 ? 5 : WEIGHTS_FSE_MAX_LOG;
  normalize(counts, weightCount, log, work + PROBABILITIES);
  spreadSymbols(work + PROBABILITIES, log, work + SPREAD);
  buildStates(work + PROBABILITIES, log, work + SPREAD, work + FIRST_STATE, work + STATES);
  const tableBytes = writeProbabilities(work + PROBABILITIES, log, work + STREAM);
  return tableBytes + writeStream(weights, weightCount, log, work, work + STREAM + tableBytes);
}

/** Writes the tree description of the code `lengths` (256 u8) whose longest length is `maxBits`; at most 129 bytes.
 * Returns the bytes written, or 0 if this code has no description (then the block can't be Huffman-coded). */
export function encodeTree(lengths: usize, maxBits: i32, target: usize, work: usize): i32 {
  const weights = work + WEIGHTS;
  let lastSymbol: u32 = 255;
  while (load<u8>(lengths + lastSymbol) == 0) lastSymbol--;
  for (let symbol: u32 = 0; symbol <= lastSymbol; symbol++) {
    const length = load<u8>(lengths + symbol);
    store<u8>(weights + symbol, length ? <u8>(maxBits + 1 - length) : 0);
  }
  const weightCount = lastSymbol;
  const directBytes: u32 = weightCount <= MAX_DIRECT_WEIGHTS ? (weightCount + 1) >> 1 : u32.MAX_VALUE;
  const fseBytes = weightCount > 2 ? encodeWithFse(weights, weightCount, work) : 0;
  if (fseBytes > 1 && fseBytes <= MAX_FSE_BYTES && fseBytes < directBytes) {
    store<u8>(target, <u8>fseBytes);
    memory.copy(target + 1, work + STREAM, fseBytes);
    return <i32>fseBytes + 1;
  }
  if (weightCount > MAX_DIRECT_WEIGHTS) return 0;
  store<u8>(target++, <u8>(DIRECT_WEIGHTS_BASE + weightCount));
  // The last symbol's own weight stands behind the others; it is implied and must not be written.
  store<u8>(weights + weightCount, 0);
  for (let i: u32 = 0; i < weightCount; i += 2) {
    store<u8>(target++, <u8>((load<u8>(weights + i) << 4) | load<u8>(weights + i, 1)));
  }
  return <i32>directBytes + 1;
}

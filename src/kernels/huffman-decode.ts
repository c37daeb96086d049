// Huffman blocks, decode side: tree description, jump table, four lanes (RFC 8878, section 4.2).
//
// A lane is read backwards, from its end mark to its first bit. The fast loops keep, for each lane,
//   bits  64 bits loaded at `at`, shifted left by the bits already used; the lowest set bit is a sentinel that the load
//         put at bit 0, so ctz(bits) is the number of bits used;
//   at    address of that load, never below the lane's start.
// A refill steps back by the whole bytes used and loads again. The sentinel costs one bit: 63 − 7 = 56 bits can be used
// between two refills, enough for five windows of 11.

import {
  HUFFMAN_BAD_JUMP_TABLE,
  HUFFMAN_BY_CAREFUL,
  HUFFMAN_BY_MULTI,
  HUFFMAN_BY_PAIRS,
  HUFFMAN_BY_SINGLE,
  HUFFMAN_LANE_NOT_EXHAUSTED,
  HUFFMAN_NO_END_MARK,
  HUFFMAN_TOO_FEW_SYMBOLS,
  JUMP_TABLE_BYTES,
} from '../format/constants';
import { TREE_DECODE_WORK_BYTES, decodeTree } from './huffman-tree-decode';
import {
  MULTI_TABLE_TOP,
  PAIR_TABLE_BYTES,
  PAIR_TABLE_SYMBOLS,
  PAIR_TABLE_WORK_BYTES,
  PAIR_WINDOW_BITS,
  SYMBOL_TABLE_BYTES,
  TABLES_WORK_BYTES,
  WINDOW_BITS,
  buildMultiTable,
  buildPairTable,
  buildSymbolTable,
} from './huffman-tables';

// Working memory. Lanes: start and end (u32 each), as read from the jump table.
// One of the two large tables at a time: the pair table and what it is made of take more room than the multi table.
const LARGE_TABLE: usize = 0;
const PAIR_TABLE_WORK: usize = LARGE_TABLE + PAIR_TABLE_BYTES;
const SYMBOL_TABLE: usize = PAIR_TABLE_WORK + PAIR_TABLE_WORK_BYTES;
const WEIGHTS: usize = SYMBOL_TABLE + SYMBOL_TABLE_BYTES;
const LANES: usize = WEIGHTS + 256;
const TREE_WORK: usize = LANES + 32;
const TABLES_WORK: usize = TREE_WORK + TREE_DECODE_WORK_BYTES;
/** Bytes of working memory for `decodeHuffman`. */
export const HUFFMAN_DECODE_WORK_BYTES: i32 = <i32>(TABLES_WORK + TABLES_WORK_BYTES);

/** Below so many coded bytes per 100 symbols the multi-symbol loop is fastest, below the second number that by pairs, and above
 * it a window hardly ever holds a second symbol. The loops take equal times there on normally distributed bytes
 * (docs/performance.md, "Choice of the decoder"). */
const MULTI_MAX_PERCENT: usize = 55;
const PAIRS_MAX_PERCENT: usize = 88;

// @ts-ignore: decorator
@inline
function startBits(laneEnd: usize): u64 {
  const endMarkShift = clz<u32>(<u32>load<u8>(laneEnd - 1) << 24) + 1;
  return (load<u64>(laneEnd - 8) | 1) << endMarkShift;
}

// @ts-ignore: decorator
@inline
function bitsLeft(at: usize, laneStart: usize, bits: u64): i32 {
  return <i32>((at - laneStart) << 3) + 64 - <i32>ctz<u64>(bits);
}

/** Decodes the rest of one lane symbol by symbol. `left` bits are left before `laneStart` is reached; the 4 bytes before
 * the lane are readable, since tree or jump table stand there. Returns 0 or a negated error. */
function finishLane(laneStart: usize, left: i32, target: usize, targetEnd: usize, table: usize, window: u32): i32 {
  while (target < targetEnd) {
    const byteTop = (left + 7) >> 3;
    const word = load<u32>(laneStart + byteTop - 4) << ((byteTop << 3) - left);
    const entry = <u32>load<u16>(table + ((word >> (32 - window)) << 1));
    left -= entry & 0xff;
    if (left < 0) return -HUFFMAN_LANE_NOT_EXHAUSTED;
    store<u8>(target++, <u8>(entry >> 8));
  }
  return left == 0 ? 0 : -HUFFMAN_LANE_NOT_EXHAUSTED;
}

/** Reads the jump table into LANES; every lane gets at least a byte, and a last byte that is not 0. */
function readLanes(source: usize, sourceEnd: usize, lanes: usize): i32 {
  if (source + JUMP_TABLE_BYTES + 4 > sourceEnd) return -HUFFMAN_BAD_JUMP_TABLE;
  let start = source + JUMP_TABLE_BYTES;
  for (let lane: usize = 0; lane < 4; lane++) {
    const end = lane < 3 ? start + load<u16>(source + (lane << 1)) : sourceEnd;
    if (end <= start || end > sourceEnd) return -HUFFMAN_BAD_JUMP_TABLE;
    if (load<u8>(end - 1) == 0) return -HUFFMAN_NO_END_MARK;
    store<u32>(lanes + (lane << 3), <u32>start);
    store<u32>(lanes + (lane << 3), <u32>end, 4);
    start = end;
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function laneStartOf(lanes: usize, lane: usize): usize {
  return load<u32>(lanes + (lane << 3));
}

// @ts-ignore: decorator
@inline
function laneEndOf(lanes: usize, lane: usize): usize {
  return load<u32>(lanes + (lane << 3), 4);
}

/** All four lanes from their ends, symbol by symbol: for short lanes and 12-bit codes. */
function decodeCarefully(lanes: usize, target: usize, bytes: usize, table: usize, window: u32): i32 {
  const laneSymbols = (bytes + 3) >> 2;
  for (let lane: usize = 0; lane < 4; lane++) {
    const start = laneStartOf(lanes, lane);
    const end = laneEndOf(lanes, lane);
    const left = <i32>((end - start) << 3) - <i32>clz<u32>(<u32>load<u8>(end - 1) << 24) - 1;
    const laneTarget = target + lane * laneSymbols;
    const laneTargetEnd = lane < 3 ? laneTarget + laneSymbols : target + bytes;
    const error = finishLane(start, left, laneTarget, laneTargetEnd, table, window);
    if (error) return error;
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function refillStep(bits: u64): usize {
  return <usize>(ctz<u64>(bits) >> 3);
}

// @ts-ignore: decorator
@inline
function refilled(at: usize, bits: u64): u64 {
  return (load<u64>(at) | 1) << (ctz<u64>(bits) & 7);
}

// The fast loops of several symbols load an entry's symbols apart from its counts: V8 makes fewer instructions of two loads
// than of one load and shifts.

/** Stores the symbols of the next window and returns their bits (low 6 bits) | their number << 8. */
// @ts-ignore: decorator
@inline
function takeSeveral(top: usize, bits: u64, to: usize): usize {
  const entry = top + (<usize>(bits >> 53) << 3);
  store<u64>(to, load<u64>(entry, 2));
  return <usize>load<u16>(entry);
}

/** Up to 6 symbols a window, five windows a refill, four lanes side by side.
 *
 * Budget of one round, in each lane: 5 × 11 bits, so `at` moves back by at most 7 bytes; 5 × 6 symbols, and an 8-byte
 * store at the last of them, so 32 bytes at most beyond the target, inside the lane's own range. */
function decodeMulti(lanes: usize, target: usize, bytes: usize, multiTable: usize, symbolTable: usize): i32 {
  const laneSymbols = (bytes + 3) >> 2;
  const start0 = laneStartOf(lanes, 0);
  const start1 = laneStartOf(lanes, 1);
  const start2 = laneStartOf(lanes, 2);
  const start3 = laneStartOf(lanes, 3);
  let at0 = laneEndOf(lanes, 0) - 8;
  let at1 = laneEndOf(lanes, 1) - 8;
  let at2 = laneEndOf(lanes, 2) - 8;
  let at3 = laneEndOf(lanes, 3) - 8;
  let bits0 = startBits(at0 + 8);
  let bits1 = startBits(at1 + 8);
  let bits2 = startBits(at2 + 8);
  let bits3 = startBits(at3 + 8);
  let to0 = target;
  let to1 = to0 + laneSymbols;
  let to2 = to1 + laneSymbols;
  let to3 = to2 + laneSymbols;
  const end0 = to1;
  const end1 = to2;
  const end2 = to3;
  const end3 = target + bytes;
  const top = multiTable + MULTI_TABLE_TOP;

  for (;;) {
    const roundsIn = min(min(at0 - start0, at1 - start1), min(at2 - start2, at3 - start3)) / 7;
    const room = min(min(end0 - to0, end1 - to1), min(end2 - to2, end3 - to3));
    const roundsOut: usize = room < 32 ? 0 : (room - 2) / 30;
    let rounds = min(roundsIn, roundsOut);
    if (rounds == 0) break;
    do {
      let used0: usize;
      let used1: usize;
      let used2: usize;
      let used3: usize;
      // Five times: look up and store in every lane, then shift and step in every lane.
      used0 = takeSeveral(top, bits0, to0);
      used1 = takeSeveral(top, bits1, to1);
      used2 = takeSeveral(top, bits2, to2);
      used3 = takeSeveral(top, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 8;
      bits1 <<= <u64>used1; to1 += used1 >> 8;
      bits2 <<= <u64>used2; to2 += used2 >> 8;
      bits3 <<= <u64>used3; to3 += used3 >> 8;

      used0 = takeSeveral(top, bits0, to0);
      used1 = takeSeveral(top, bits1, to1);
      used2 = takeSeveral(top, bits2, to2);
      used3 = takeSeveral(top, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 8;
      bits1 <<= <u64>used1; to1 += used1 >> 8;
      bits2 <<= <u64>used2; to2 += used2 >> 8;
      bits3 <<= <u64>used3; to3 += used3 >> 8;

      used0 = takeSeveral(top, bits0, to0);
      used1 = takeSeveral(top, bits1, to1);
      used2 = takeSeveral(top, bits2, to2);
      used3 = takeSeveral(top, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 8;
      bits1 <<= <u64>used1; to1 += used1 >> 8;
      bits2 <<= <u64>used2; to2 += used2 >> 8;
      bits3 <<= <u64>used3; to3 += used3 >> 8;

      used0 = takeSeveral(top, bits0, to0);
      used1 = takeSeveral(top, bits1, to1);
      used2 = takeSeveral(top, bits2, to2);
      used3 = takeSeveral(top, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 8;
      bits1 <<= <u64>used1; to1 += used1 >> 8;
      bits2 <<= <u64>used2; to2 += used2 >> 8;
      bits3 <<= <u64>used3; to3 += used3 >> 8;

      used0 = takeSeveral(top, bits0, to0);
      used1 = takeSeveral(top, bits1, to1);
      used2 = takeSeveral(top, bits2, to2);
      used3 = takeSeveral(top, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 8;
      bits1 <<= <u64>used1; to1 += used1 >> 8;
      bits2 <<= <u64>used2; to2 += used2 >> 8;
      bits3 <<= <u64>used3; to3 += used3 >> 8;

      at0 -= refillStep(bits0); bits0 = refilled(at0, bits0);
      at1 -= refillStep(bits1); bits1 = refilled(at1, bits1);
      at2 -= refillStep(bits2); bits2 = refilled(at2, bits2);
      at3 -= refillStep(bits3); bits3 = refilled(at3, bits3);
    } while (--rounds);
  }

  let error = finishLane(start0, bitsLeft(at0, start0, bits0), to0, end0, symbolTable, WINDOW_BITS);
  if (!error) error = finishLane(start1, bitsLeft(at1, start1, bits1), to1, end1, symbolTable, WINDOW_BITS);
  if (!error) error = finishLane(start2, bitsLeft(at2, start2, bits2), to2, end2, symbolTable, WINDOW_BITS);
  if (!error) error = finishLane(start3, bitsLeft(at3, start3, bits3), to3, end3, symbolTable, WINDOW_BITS);
  return error;
}

/** Stores the symbols of the next window, one or two, and returns their bits (low 6 bits) | their number << 6. */
// @ts-ignore: decorator
@inline
function takePair(table: usize, bits: u64, to: usize): usize {
  const window = <usize>(bits >> (64 - PAIR_WINDOW_BITS));
  store<u16>(to, load<u16>(table + (window << 1), PAIR_TABLE_SYMBOLS));
  return <usize>load<u8>(table + window);
}

/** One or two symbols a window of 13 bits, four windows a refill, four lanes side by side: for planes with little skew.
 *
 * Budget of one round, in each lane: 4 × 13 bits, so `at` moves back by at most 7 bytes, and 59 bits of a load are used at
 * most, short of the sentinel; 4 × 2 symbols, of which a 2-byte store at the last stays within 8 bytes. */
function decodePairs(lanes: usize, target: usize, bytes: usize, table: usize, symbolTable: usize): i32 {
  const laneSymbols = (bytes + 3) >> 2;
  const start0 = laneStartOf(lanes, 0);
  const start1 = laneStartOf(lanes, 1);
  const start2 = laneStartOf(lanes, 2);
  const start3 = laneStartOf(lanes, 3);
  let at0 = laneEndOf(lanes, 0) - 8;
  let at1 = laneEndOf(lanes, 1) - 8;
  let at2 = laneEndOf(lanes, 2) - 8;
  let at3 = laneEndOf(lanes, 3) - 8;
  let bits0 = startBits(at0 + 8);
  let bits1 = startBits(at1 + 8);
  let bits2 = startBits(at2 + 8);
  let bits3 = startBits(at3 + 8);
  let to0 = target;
  let to1 = to0 + laneSymbols;
  let to2 = to1 + laneSymbols;
  let to3 = to2 + laneSymbols;
  const end0 = to1;
  const end1 = to2;
  const end2 = to3;
  const end3 = target + bytes;

  for (;;) {
    const roundsIn = min(min(at0 - start0, at1 - start1), min(at2 - start2, at3 - start3)) / 7;
    const room = min(min(end0 - to0, end1 - to1), min(end2 - to2, end3 - to3));
    let rounds = min(roundsIn, room / 8);
    if (rounds == 0) break;
    do {
      let used0: usize;
      let used1: usize;
      let used2: usize;
      let used3: usize;
      // Four times: look up and store in every lane, then shift and step in every lane.
      used0 = takePair(table, bits0, to0);
      used1 = takePair(table, bits1, to1);
      used2 = takePair(table, bits2, to2);
      used3 = takePair(table, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 6;
      bits1 <<= <u64>used1; to1 += used1 >> 6;
      bits2 <<= <u64>used2; to2 += used2 >> 6;
      bits3 <<= <u64>used3; to3 += used3 >> 6;

      used0 = takePair(table, bits0, to0);
      used1 = takePair(table, bits1, to1);
      used2 = takePair(table, bits2, to2);
      used3 = takePair(table, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 6;
      bits1 <<= <u64>used1; to1 += used1 >> 6;
      bits2 <<= <u64>used2; to2 += used2 >> 6;
      bits3 <<= <u64>used3; to3 += used3 >> 6;

      used0 = takePair(table, bits0, to0);
      used1 = takePair(table, bits1, to1);
      used2 = takePair(table, bits2, to2);
      used3 = takePair(table, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 6;
      bits1 <<= <u64>used1; to1 += used1 >> 6;
      bits2 <<= <u64>used2; to2 += used2 >> 6;
      bits3 <<= <u64>used3; to3 += used3 >> 6;

      used0 = takePair(table, bits0, to0);
      used1 = takePair(table, bits1, to1);
      used2 = takePair(table, bits2, to2);
      used3 = takePair(table, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 6;
      bits1 <<= <u64>used1; to1 += used1 >> 6;
      bits2 <<= <u64>used2; to2 += used2 >> 6;
      bits3 <<= <u64>used3; to3 += used3 >> 6;

      at0 -= refillStep(bits0); bits0 = refilled(at0, bits0);
      at1 -= refillStep(bits1); bits1 = refilled(at1, bits1);
      at2 -= refillStep(bits2); bits2 = refilled(at2, bits2);
      at3 -= refillStep(bits3); bits3 = refilled(at3, bits3);
    } while (--rounds);
  }

  let error = finishLane(start0, bitsLeft(at0, start0, bits0), to0, end0, symbolTable, WINDOW_BITS);
  if (!error) error = finishLane(start1, bitsLeft(at1, start1, bits1), to1, end1, symbolTable, WINDOW_BITS);
  if (!error) error = finishLane(start2, bitsLeft(at2, start2, bits2), to2, end2, symbolTable, WINDOW_BITS);
  if (!error) error = finishLane(start3, bitsLeft(at3, start3, bits3), to3, end3, symbolTable, WINDOW_BITS);
  return error;
}

/** One symbol a window, five windows a refill, four lanes side by side: for planes with hardly any skew.
 * Budget of one round, in each lane: 7 bytes of input as in `decodeMulti`, exactly 5 bytes of output. */
function decodeSingle(lanes: usize, target: usize, bytes: usize, symbolTable: usize): i32 {
  const laneSymbols = (bytes + 3) >> 2;
  const start0 = laneStartOf(lanes, 0);
  const start1 = laneStartOf(lanes, 1);
  const start2 = laneStartOf(lanes, 2);
  const start3 = laneStartOf(lanes, 3);
  let at0 = laneEndOf(lanes, 0) - 8;
  let at1 = laneEndOf(lanes, 1) - 8;
  let at2 = laneEndOf(lanes, 2) - 8;
  let at3 = laneEndOf(lanes, 3) - 8;
  let bits0 = startBits(at0 + 8);
  let bits1 = startBits(at1 + 8);
  let bits2 = startBits(at2 + 8);
  let bits3 = startBits(at3 + 8);
  let to0 = target;
  let to1 = to0 + laneSymbols;
  let to2 = to1 + laneSymbols;
  let to3 = to2 + laneSymbols;
  const end0 = to1;
  const end3 = target + bytes;

  for (;;) {
    const roundsIn = min(min(at0 - start0, at1 - start1), min(at2 - start2, at3 - start3)) / 7;
    // The fourth lane is the shortest: where it ends, the others have at most three symbols more.
    let rounds = min(roundsIn, (end3 - to3) / 5);
    if (rounds == 0) break;
    do {
      let e0: u64;
      let e1: u64;
      let e2: u64;
      let e3: u64;
      // Five times: look up in every lane, then store and shift in every lane.
      e0 = <u64>load<u16>(symbolTable + (<usize>(bits0 >> 53) << 1));
      e1 = <u64>load<u16>(symbolTable + (<usize>(bits1 >> 53) << 1));
      e2 = <u64>load<u16>(symbolTable + (<usize>(bits2 >> 53) << 1));
      e3 = <u64>load<u16>(symbolTable + (<usize>(bits3 >> 53) << 1));
      store<u8>(to0, <u8>(e0 >> 8)); bits0 <<= e0;
      store<u8>(to1, <u8>(e1 >> 8)); bits1 <<= e1;
      store<u8>(to2, <u8>(e2 >> 8)); bits2 <<= e2;
      store<u8>(to3, <u8>(e3 >> 8)); bits3 <<= e3;

      e0 = <u64>load<u16>(symbolTable + (<usize>(bits0 >> 53) << 1));
      e1 = <u64>load<u16>(symbolTable + (<usize>(bits1 >> 53) << 1));
      e2 = <u64>load<u16>(symbolTable + (<usize>(bits2 >> 53) << 1));
      e3 = <u64>load<u16>(symbolTable + (<usize>(bits3 >> 53) << 1));
      store<u8>(to0, <u8>(e0 >> 8), 1); bits0 <<= e0;
      store<u8>(to1, <u8>(e1 >> 8), 1); bits1 <<= e1;
      store<u8>(to2, <u8>(e2 >> 8), 1); bits2 <<= e2;
      store<u8>(to3, <u8>(e3 >> 8), 1); bits3 <<= e3;

      e0 = <u64>load<u16>(symbolTable + (<usize>(bits0 >> 53) << 1));
      e1 = <u64>load<u16>(symbolTable + (<usize>(bits1 >> 53) << 1));
      e2 = <u64>load<u16>(symbolTable + (<usize>(bits2 >> 53) << 1));
      e3 = <u64>load<u16>(symbolTable + (<usize>(bits3 >> 53) << 1));
      store<u8>(to0, <u8>(e0 >> 8), 2); bits0 <<= e0;
      store<u8>(to1, <u8>(e1 >> 8), 2); bits1 <<= e1;
      store<u8>(to2, <u8>(e2 >> 8), 2); bits2 <<= e2;
      store<u8>(to3, <u8>(e3 >> 8), 2); bits3 <<= e3;

      e0 = <u64>load<u16>(symbolTable + (<usize>(bits0 >> 53) << 1));
      e1 = <u64>load<u16>(symbolTable + (<usize>(bits1 >> 53) << 1));
      e2 = <u64>load<u16>(symbolTable + (<usize>(bits2 >> 53) << 1));
      e3 = <u64>load<u16>(symbolTable + (<usize>(bits3 >> 53) << 1));
      store<u8>(to0, <u8>(e0 >> 8), 3); bits0 <<= e0;
      store<u8>(to1, <u8>(e1 >> 8), 3); bits1 <<= e1;
      store<u8>(to2, <u8>(e2 >> 8), 3); bits2 <<= e2;
      store<u8>(to3, <u8>(e3 >> 8), 3); bits3 <<= e3;

      e0 = <u64>load<u16>(symbolTable + (<usize>(bits0 >> 53) << 1));
      e1 = <u64>load<u16>(symbolTable + (<usize>(bits1 >> 53) << 1));
      e2 = <u64>load<u16>(symbolTable + (<usize>(bits2 >> 53) << 1));
      e3 = <u64>load<u16>(symbolTable + (<usize>(bits3 >> 53) << 1));
      store<u8>(to0, <u8>(e0 >> 8), 4); bits0 <<= e0;
      store<u8>(to1, <u8>(e1 >> 8), 4); bits1 <<= e1;
      store<u8>(to2, <u8>(e2 >> 8), 4); bits2 <<= e2;
      store<u8>(to3, <u8>(e3 >> 8), 4); bits3 <<= e3;

      to0 += 5; to1 += 5; to2 += 5; to3 += 5;
      at0 -= refillStep(bits0); bits0 = refilled(at0, bits0);
      at1 -= refillStep(bits1); bits1 = refilled(at1, bits1);
      at2 -= refillStep(bits2); bits2 = refilled(at2, bits2);
      at3 -= refillStep(bits3); bits3 = refilled(at3, bits3);
    } while (--rounds);
  }

  let error = finishLane(start0, bitsLeft(at0, start0, bits0), to0, end0, symbolTable, WINDOW_BITS);
  if (!error) error = finishLane(start1, bitsLeft(at1, start1, bits1), to1, end0 + laneSymbols, symbolTable, WINDOW_BITS);
  if (!error) error = finishLane(start2, bitsLeft(at2, start2, bits2), to2, end0 + 2 * laneSymbols, symbolTable, WINDOW_BITS);
  if (!error) error = finishLane(start3, bitsLeft(at3, start3, bits3), to3, end3, symbolTable, WINDOW_BITS);
  return error;
}

/** Decodes a Huffman block of `sourceBytes` bytes into exactly `bytes` symbols at `target`. Reads nothing outside the
 * block and writes nothing outside the target. Returns 0, or a negated HUFFMAN_… error (then the target is undefined). */
export function decodeHuffman(source: usize, sourceBytes: usize, target: usize, bytes: usize, work: usize): i32 {
  const hundredfold = sourceBytes * 100;
  let loop: u32 = HUFFMAN_BY_SINGLE;
  if (hundredfold < bytes * MULTI_MAX_PERCENT) loop = HUFFMAN_BY_MULTI;
  else if (hundredfold < bytes * PAIRS_MAX_PERCENT) loop = HUFFMAN_BY_PAIRS;
  return decodeHuffmanBy(loop, source, sourceBytes, target, bytes, work);
}

/** The same by the loop that is named, so that tests can compare the loops; each gives way to the careful one where lanes are
 * too short or codes too long for it. */
export function decodeHuffmanBy(loop: u32, source: usize, sourceBytes: usize, target: usize, bytes: usize, work: usize): i32 {
  if (bytes < 6) return -HUFFMAN_TOO_FEW_SYMBOLS;
  const weights = work + WEIGHTS;
  const tree = decodeTree(source, sourceBytes, weights, work + TREE_WORK);
  if (tree < 0) return tree;
  const lanes = work + LANES;
  const error = readLanes(source + <usize>(tree >> 8), source + sourceBytes, lanes);
  if (error) return error;

  const maxBits = <u32>tree & 0xff;
  const window = max(maxBits, WINDOW_BITS);
  const symbolTable = work + SYMBOL_TABLE;
  buildSymbolTable(weights, maxBits, window, symbolTable, work + TABLES_WORK);
  let shortestLane: usize = usize.MAX_VALUE;
  for (let lane: usize = 0; lane < 4; lane++) {
    shortestLane = min(shortestLane, laneEndOf(lanes, lane) - laneStartOf(lanes, lane));
  }
  if (loop == HUFFMAN_BY_CAREFUL || shortestLane < 8 || window > WINDOW_BITS) {
    return decodeCarefully(lanes, target, bytes, symbolTable, window);
  }
  if (loop == HUFFMAN_BY_SINGLE) return decodeSingle(lanes, target, bytes, symbolTable);
  const largeTable = work + LARGE_TABLE;
  if (loop == HUFFMAN_BY_PAIRS) {
    buildPairTable(symbolTable, largeTable, work + PAIR_TABLE_WORK);
    return decodePairs(lanes, target, bytes, largeTable, symbolTable);
  }
  buildMultiTable(weights, maxBits, symbolTable, largeTable, work + TABLES_WORK);
  return decodeMulti(lanes, target, bytes, largeTable, symbolTable);
}

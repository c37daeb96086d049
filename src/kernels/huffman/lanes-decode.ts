// The four lanes of a Huffman block, as all decoding loops see them (RFC 8878, section 4.2.2).
//
// A lane is read backwards, from its end mark to its first bit. The fast loops keep, for each lane,
//   bits  64 bits loaded at `at`, shifted left by the bits already used; the lowest set bit is a sentinel that the load
//         put at bit 0, so ctz(bits) is the number of bits used;
//   at    address of that load, never below the lane's start.
// A refill steps back by the whole bytes used and loads again. The sentinel costs one bit: 63 − 7 = 56 bits can be used
// between two refills, enough for five windows of 11.

import { HUFFMAN_BAD_JUMP_TABLE, HUFFMAN_LANE_NOT_EXHAUSTED, HUFFMAN_NO_END_MARK, JUMP_TABLE_BYTES } from '../../format/frame/constants';

/** Bytes of a list of lanes: start and end of each, u32. */
export const LANES_BYTES: usize = 32;

/** Reads the jump table into `lanes`; every lane gets at least a byte, and a last byte that is not 0. */
export function readLanes(source: usize, sourceEnd: usize, lanes: usize): i32 {
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
export function laneStartOf(lanes: usize, lane: usize): usize {
  return load<u32>(lanes + (lane << 3));
}

// @ts-ignore: decorator
@inline
export function laneEndOf(lanes: usize, lane: usize): usize {
  return load<u32>(lanes + (lane << 3), 4);
}

// @ts-ignore: decorator
@inline
export function startBits(laneEnd: usize): u64 {
  const endMarkShift = clz<u32>(<u32>load<u8>(laneEnd - 1) << 24) + 1;
  return (load<u64>(laneEnd - 8) | 1) << endMarkShift;
}

// @ts-ignore: decorator
@inline
export function bitsLeft(at: usize, laneStart: usize, bits: u64): i32 {
  return <i32>((at - laneStart) << 3) + 64 - <i32>ctz<u64>(bits);
}

// @ts-ignore: decorator
@inline
export function refillStep(bits: u64): usize {
  return <usize>(ctz<u64>(bits) >> 3);
}

// @ts-ignore: decorator
@inline
export function refilled(at: usize, bits: u64): u64 {
  return (load<u64>(at) | 1) << (ctz<u64>(bits) & 7);
}

/** Decodes the rest of one lane symbol by symbol. `left` bits are left before `laneStart` is reached; the 4 bytes before
 * the lane are readable, since tree or jump table stand there. Returns 0 or a negated error. */
export function finishLane(laneStart: usize, left: i32, target: usize, targetEnd: usize, table: usize, window: u32): i32 {
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

/** All four lanes from their ends, symbol by symbol: for short lanes and 12-bit codes. */
export function decodeCarefully(lanes: usize, target: usize, bytes: usize, table: usize, window: u32): i32 {
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

// The lanes of a Huffman block, written two symbols at a time, from the pair indexes of pairs.ts. The bytes are those of
// huffman-encode.ts.

import { JUMP_TABLE_BYTES } from '../../format/frame/constants';
import { baseOf, SLICE_STEP, STRETCH_PAIRS } from './pairs';

const SLOTS: u32 = 64;

/** Bytes of the table that `buildPairCodes` fills: a u64 for each pair. */
export const PAIR_CODES_BYTES: i32 = 32768;

// @ts-ignore: decorator
@inline
function codeOfSlot(codes: usize, slot: u32, base: i32): u64 {
  const value = slot ? slot + base : 0;
  return load<u64>(codes + (<usize>value << 3));
}

/** Fills `pairCodes` for every pair of symbols with a code: both codes at the top of a u64, the first symbol's, which is
 * written last, on top; their length in the low 6 bits. `lengths` and `codes` are those of huffman-code.ts and
 * huffman-encode.ts; `work` takes 64 bytes. */
export function buildPairCodes(lengths: usize, codes: usize, range: i32, pairCodes: usize, work: usize): void {
  const base = baseOf(range);
  let usedCount: usize = 0;
  for (let slot: u32 = 0; slot < SLOTS; slot++) {
    const value = slot ? slot + base : 0;
    if (load<u8>(lengths + value)) store<u8>(work + usedCount++, <u8>slot);
  }
  for (let i: usize = 0; i < usedCount; i++) {
    const second = <u32>load<u8>(work + i);
    const secondCode = codeOfSlot(codes, second, base);
    for (let j: usize = 0; j < usedCount; j++) {
      const first = <u32>load<u8>(work + j);
      const firstCode = codeOfSlot(codes, first, base);
      const length = (firstCode & 63) + (secondCode & 63);
      const bits = ((secondCode & ~63) >> firstCode) | (firstCode & ~63);
      store<u64>(pairCodes + (<usize>((second << 6) | first) << 3), bits | length);
    }
  }
}

// @ts-ignore: decorator
@inline
function entryOf(pairCodes: usize, pair: usize): u64 {
  return load<u64>(pairCodes + (pair << 3));
}

/** A sample of code lengths takes one slice of every stretch, as that of counts does, but shorter ones. */
const SLICE_PAIRS: usize = 64;

/** Pairs for each one whose code length `pairSampleBits` adds up. */
export const PAIR_BITS_STRIDE: i32 = <i32>(STRETCH_PAIRS / SLICE_PAIRS);

/** Bits that one pair in PAIR_BITS_STRIDE takes with these codes; all have one. `pairCount` is a multiple of 1024. */
export function pairSampleBits(pairs: usize, pairCount: usize, pairCodes: usize): i32 {
  let bits: u64 = 0;
  let shift: usize = 0;
  for (let stretch: usize = 0; stretch < pairCount; stretch += STRETCH_PAIRS) {
    let at = pairs + ((stretch + shift) << 1);
    const sliceEnd = at + (SLICE_PAIRS << 1);
    for (; at < sliceEnd; at += 4)
      bits += (entryOf(pairCodes, load<u16>(at)) & 63) + (entryOf(pairCodes, load<u16>(at, 2)) & 63);
    shift = (shift + SLICE_STEP) % (STRETCH_PAIRS - SLICE_PAIRS);
  }
  return <i32>bits;
}

/** Most new bits that fit beside the 7 left from the flush before and the 6 lowest bits, where remains of lengths stand. */
const FLUSH_BITS: u64 = 51;

/** As `encodeLane` in huffman-encode.ts. Four pairs hardly ever have more than FLUSH_BITS bits, though 88 are possible:
 * then two pairs, at most 44 bits, are flushed first. The sum of four lengths needs 7 bits, hence the mask. */
function encodePairLane(pairs: usize, pairsEnd: usize, pairCodes: usize, target: usize): usize {
  let bits: u64 = 0;
  let bitCount: u64 = 0;
  let at = pairsEnd;
  const fourPairsEnd = pairs + 8;
  while (at >= fourPairsEnd) {
    at -= 8;
    const e0 = entryOf(pairCodes, load<u16>(at, 6));
    const e1 = entryOf(pairCodes, load<u16>(at, 4));
    const e2 = entryOf(pairCodes, load<u16>(at, 2));
    const e3 = entryOf(pairCodes, load<u16>(at));
    const e01 = e0 + e1;
    const e23 = e2 + e3;
    bits = (bits >> e01) | (e0 >> e1) | e1;
    bitCount += e01;
    if (((e01 + e23) & 127) > FLUSH_BITS) {
      store<u64>(target, rotl<u64>(bits, bitCount));
      target += <usize>((bitCount >> 3) & 7);
      bitCount &= 7;
    }
    bits = (bits >> e23) | (e2 >> e3) | e3;
    bitCount += e23;
    store<u64>(target, rotl<u64>(bits, bitCount));
    target += <usize>((bitCount >> 3) & 7);
    bitCount &= 7;
  }
  while (at > pairs) {
    at -= 2;
    const e = entryOf(pairCodes, load<u16>(at));
    bits = (bits >> e) | e;
    bitCount += e & 63;
    store<u64>(target, bits >> (64 - bitCount));
    target += <usize>(bitCount >> 3);
    bitCount &= 7;
  }
  // The end mark: one set bit above the last code.
  bits = (bits >> 1) | 0x8000000000000000;
  bitCount++;
  store<u64>(target, bits >> (64 - bitCount));
  return target + <usize>((bitCount + 7) >> 3);
}

/** Writes jump table and lanes of the symbols whose pair indexes stand at `pairs`; `bytes`, their number, is a multiple
 * of 8, so that no pair spans two lanes. Room and result as for `encodeLanes`. */
export function encodePairLanes(pairs: usize, bytes: usize, pairCodes: usize, target: usize): i32 {
  // Two symbols are one u16, so a lane has as many bytes of pairs as of symbols.
  const laneBytes = bytes >> 2;
  const start = target;
  let laneStart = target + JUMP_TABLE_BYTES;
  for (let lane: usize = 0; lane < 4; lane++) {
    const lanePairs = pairs + lane * laneBytes;
    const laneEnd = encodePairLane(lanePairs, lanePairs + laneBytes, pairCodes, laneStart);
    if (lane < 3) store<u16>(start + (lane << 1), <u16>(laneEnd - laneStart));
    laneStart = laneEnd;
  }
  return <i32>(laneStart - start);
}

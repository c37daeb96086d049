// A Huffman block's jump table and four lanes, encode side (RFC 8878, section 4.2.2).

import { HUFFMAN_BLOCK_MAX_BYTES, HUFFMAN_WRITE_MAX_BITS, JUMP_TABLE_BYTES } from '../../format/frame/constants';

/** Bytes of the table that `buildCodes` fills: a u64 for each symbol. */
export const CODES_BYTES: i32 = 2048;
/** A lane's stores reach this far past its end. */
export const ENCODE_SLACK_BYTES: i32 = 8;

/** Room for the lanes of any block with any code: four end marks too. */
export const LANES_MAX_BYTES: i32 =
  JUMP_TABLE_BYTES + ((HUFFMAN_BLOCK_MAX_BYTES * HUFFMAN_WRITE_MAX_BITS) >> 3) + 4 + ENCODE_SLACK_BYTES;

/** Fills `codes`: for each symbol its code at the top of a u64 and the code's length in the low 6 bits.
 * Codes are canonical: the longest are numbered first, from 0, equal lengths in the order of their symbols. `lengths` must
 * be a complete code whose longest length is `maxBits`. */
export function buildCodes(lengths: usize, maxBits: i32, codes: usize): void {
  let code: u64 = 0;
  for (let length = maxBits; length > 0; length--) {
    for (let symbol: usize = 0; symbol < 256; symbol++) {
      if (<i32>load<u8>(lengths + symbol) != length) continue;
      store<u64>(codes + (symbol << 3), (code << (64 - length)) | length);
      code++;
    }
    code >>= 1;
  }
}

// @ts-ignore: decorator
@inline
function entryOf(codes: usize, symbol: usize): u64 {
  return load<u64>(codes + (symbol << 3));
}

/** Writes the symbols of [source, sourceEnd) from the last to the first and returns the end of the lane.
 *
 * `bits` holds the newest `bitCount` bits at its top; below them stand remains of earlier bits and lengths, which the
 * shift of a flush drops. At a flush bitCount ≤ 7 + 4 × 11 = 51, so the remains of lengths (the low 6 bits) never reach
 * valid bits. Shifts take their count mod 64, so an entry serves as its own shift count. A flush stores `bits` rotated: what is
 * above the newest bitCount bits then is written over by the next one, and by the end mark. */
function encodeLane(source: usize, sourceEnd: usize, codes: usize, target: usize): usize {
  let bits: u64 = 0;
  let bitCount: u64 = 0;
  let at = sourceEnd;
  const fourEnd = source + 4;
  while (at >= fourEnd) {
    at -= 4;
    const e0 = entryOf(codes, load<u8>(at, 3));
    const e1 = entryOf(codes, load<u8>(at, 2));
    const e2 = entryOf(codes, load<u8>(at, 1));
    const e3 = entryOf(codes, load<u8>(at));
    const e01 = e0 + e1;
    const e23 = e2 + e3;
    bits = (bits >> e01) | (e0 >> e1) | e1;
    bits = (bits >> e23) | (e2 >> e3) | e3;
    bitCount += e01 + e23;
    store<u64>(target, rotl<u64>(bits, bitCount));
    target += <usize>((bitCount >> 3) & 7);
    bitCount &= 7;
  }
  while (at > source) {
    const e = entryOf(codes, load<u8>(--at));
    bits = (bits >> e) | e;
    bitCount += e & 63;
  }
  // The end mark: one set bit above the last code.
  bits = (bits >> 1) | 0x8000000000000000;
  bitCount++;
  store<u64>(target, bits >> (64 - bitCount));
  return target + <usize>((bitCount + 7) >> 3);
}

/** Writes jump table and lanes of the `bytes` symbols at `source` and returns the bytes written.
 * `bytes` is 6 … HUFFMAN_BLOCK_MAX_BYTES; the target needs room for JUMP_TABLE_BYTES, the coded bits, 4 end marks and
 * ENCODE_SLACK_BYTES. */
export function encodeLanes(source: usize, bytes: usize, codes: usize, target: usize): i32 {
  const laneSymbols = (bytes + 3) >> 2;
  const sourceEnd = source + bytes;
  const start = target;
  let laneStart = target + JUMP_TABLE_BYTES;
  for (let lane: usize = 0; lane < 4; lane++) {
    const laneSource = source + lane * laneSymbols;
    const laneEnd = encodeLane(laneSource, lane < 3 ? laneSource + laneSymbols : sourceEnd, codes, laneStart);
    if (lane < 3) store<u16>(start + (lane << 1), <u16>(laneEnd - laneStart));
    laneStart = laneEnd;
  }
  return <i32>(laneStart - start);
}

// Planes merged to bfloat16, and the content checksum taken of it in the same loop: the checksum waits for the multiplier, which
// merging has no use for. (With four planes a loop has as many instructions as both together have time for: it would gain 4 %.)

import { checksumStripes, round } from '../checksum';
import { keptSigns } from './registers';
import { interleaveHigh8, interleaveLow8, merge16, secondBytes, topBytes } from './merge';

/** As `merge16` of rotated elements; the state `checksum` takes in all whole stripes of what it writes. */
export function mergeSummed16(raw: usize, rawBytes: usize, plane0: usize, plane1: usize, checksum: usize): void {
  const bytes = rawBytes & ~63;
  mergeStripes16(raw, bytes, plane0, plane1, checksum);
  merge16(raw + bytes, rawBytes - bytes, plane0 + (bytes >> 1), plane1 + (bytes >> 1), 1);
  checksumStripes(checksum, raw + bytes, (rawBytes - bytes) & ~31);
}

/** Two stripes a round, since the loop is bound by its number of instructions. The words come from the vectors: if they were loaded,
 * they would wait for the stores. */
function mergeStripes16(raw: usize, bytes: usize, plane0: usize, plane1: usize, checksum: usize): void {
  const signs = keptSigns();
  let v1 = load<u64>(checksum, 0);
  let v2 = load<u64>(checksum, 8);
  let v3 = load<u64>(checksum, 16);
  let v4 = load<u64>(checksum, 24);
  const end = raw + bytes;
  while (raw < end) {
    const signsAndMantissas0 = v128.load(plane0);
    const exponents0 = v128.load(plane1);
    const low0 = secondBytes(signsAndMantissas0, exponents0, signs);
    const high0 = topBytes(signsAndMantissas0, exponents0, signs);
    const a = interleaveLow8(low0, high0);
    const b = interleaveHigh8(low0, high0);
    v128.store(raw, a);
    v128.store(raw, b, 16);
    v1 = round(v1, i64x2.extract_lane(a, 0));
    v2 = round(v2, i64x2.extract_lane(a, 1));
    v3 = round(v3, i64x2.extract_lane(b, 0));
    v4 = round(v4, i64x2.extract_lane(b, 1));
    const signsAndMantissas1 = v128.load(plane0, 16);
    const exponents1 = v128.load(plane1, 16);
    const low1 = secondBytes(signsAndMantissas1, exponents1, signs);
    const high1 = topBytes(signsAndMantissas1, exponents1, signs);
    const c = interleaveLow8(low1, high1);
    const d = interleaveHigh8(low1, high1);
    v128.store(raw, c, 32);
    v128.store(raw, d, 48);
    v1 = round(v1, i64x2.extract_lane(c, 0));
    v2 = round(v2, i64x2.extract_lane(c, 1));
    v3 = round(v3, i64x2.extract_lane(d, 0));
    v4 = round(v4, i64x2.extract_lane(d, 1));
    raw += 64;
    plane0 += 32;
    plane1 += 32;
  }
  store<u64>(checksum, v1, 0);
  store<u64>(checksum, v2, 8);
  store<u64>(checksum, v3, 16);
  store<u64>(checksum, v4, 24);
}

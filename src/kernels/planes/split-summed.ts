// bfloat16 split into planes, and the content checksum taken of it in the same loop: the checksum waits for the multiplier, which
// splitting has no use for. (With four planes a loop has as many instructions as both together have time for: it would gain 5 %.)

import { checksumStripes, round } from '../checksum';
import { keptLow8, keptSigns, keptZero } from './registers';
import { exponents, highBytes, lowBytes, signsAndMantissas, split16 } from './split';

/** As `split16` of rotated elements; the state `checksum` takes in all whole stripes of what it reads. */
export function splitSummed16(raw: usize, rawBytes: usize, plane0: usize, plane1: usize, checksum: usize): void {
  const bytes = rawBytes & ~63;
  splitStripes16(raw, bytes, plane0, plane1, checksum);
  split16(raw + bytes, rawBytes - bytes, plane0 + (bytes >> 1), plane1 + (bytes >> 1), 1);
  checksumStripes(checksum, raw + bytes, (rawBytes - bytes) & ~31);
}

/** Two stripes a round, since the loop is bound by its number of instructions. */
function splitStripes16(raw: usize, bytes: usize, plane0: usize, plane1: usize, checksum: usize): void {
  const low8 = keptLow8();
  const signs = keptSigns();
  const zero = keptZero();
  let v1 = load<u64>(checksum, 0);
  let v2 = load<u64>(checksum, 8);
  let v3 = load<u64>(checksum, 16);
  let v4 = load<u64>(checksum, 24);
  const end = raw + bytes;
  while (raw < end) {
    const a = v128.load(raw);
    const b = v128.load(raw, 16);
    v1 = round(v1, load<u64>(raw, 0));
    v2 = round(v2, load<u64>(raw, 8));
    v3 = round(v3, load<u64>(raw, 16));
    v4 = round(v4, load<u64>(raw, 24));
    const second0 = lowBytes(a, b, low8);
    const top0 = highBytes(a, b);
    v128.store(plane0, signsAndMantissas(second0, top0, signs));
    v128.store(plane1, exponents(second0, top0, zero));
    const c = v128.load(raw, 32);
    const d = v128.load(raw, 48);
    v1 = round(v1, load<u64>(raw, 32));
    v2 = round(v2, load<u64>(raw, 40));
    v3 = round(v3, load<u64>(raw, 48));
    v4 = round(v4, load<u64>(raw, 56));
    const second1 = lowBytes(c, d, low8);
    const top1 = highBytes(c, d);
    v128.store(plane0, signsAndMantissas(second1, top1, signs), 16);
    v128.store(plane1, exponents(second1, top1, zero), 16);
    raw += 64;
    plane0 += 32;
    plane1 += 32;
  }
  store<u64>(checksum, v1, 0);
  store<u64>(checksum, v2, 8);
  store<u64>(checksum, v3, 16);
  store<u64>(checksum, v4, 24);
}

// Planes, encode side: elements → one stream of bytes for each byte position ("Planes" in docs/format.md).
//
// Rotation works on whole 32-bit words only: with an odd number of 16-bit elements the last one keeps its bits. An
// element cut off by the end leaves its bytes to the first planes, one each.
// Every function reads exactly `rawBytes` bytes at `raw` and writes exactly the planes' bytes; nothing may overlap.

import { kept, keptLow8, keptSigns, keptZero } from './registers';

// Rotation moves bits between the two top bytes of an element only, and is cheapest on those bytes, once they are apart:
// sign eeeeeee | e mmmmmmm becomes eeeeeeee | sign mmmmmmm, for 16 bits as for 32.

/** Twice the top byte, and 1 more where the second one is negative. */
// @ts-ignore: decorator
@inline
export function exponents(second: v128, top: v128, zero: v128): v128 {
  return i8x16.sub(i8x16.add(top, top), i8x16.lt_s(second, zero));
}

// @ts-ignore: decorator
@inline
export function signsAndMantissas(second: v128, top: v128, signs: v128): v128 {
  return v128.bitselect(top, second, signs);
}

// @ts-ignore: decorator
@inline
export function lowBytes(a: v128, b: v128, low8: v128): v128 {
  return i8x16.narrow_i16x8_u(v128.and(a, low8), v128.and(b, low8));
}

// @ts-ignore: decorator
@inline
export function highBytes(a: v128, b: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.shr_u(a, 8), i16x8.shr_u(b, 8));
}

/** Splits 16-bit elements into two planes; `rotated` is 1 for bfloat16, else 0. */
export function split16(raw: usize, rawBytes: usize, plane0: usize, plane1: usize, rotated: i32): void {
  const vectorEnd = raw + (rawBytes & ~31);
  const low8 = keptLow8();
  if (rotated) {
    const signs = keptSigns();
    const zero = keptZero();
    while (raw < vectorEnd) {
      const a = v128.load(raw);
      const b = v128.load(raw, 16);
      const second = lowBytes(a, b, low8);
      const top = highBytes(a, b);
      v128.store(plane0, signsAndMantissas(second, top, signs));
      v128.store(plane1, exponents(second, top, zero));
      raw += 32;
      plane0 += 16;
      plane1 += 16;
    }
  } else {
    while (raw < vectorEnd) {
      const a = v128.load(raw);
      const b = v128.load(raw, 16);
      v128.store(plane0, lowBytes(a, b, low8));
      v128.store(plane1, highBytes(a, b));
      raw += 32;
      plane0 += 16;
      plane1 += 16;
    }
  }
  let restBytes = rawBytes & 31;
  for (; restBytes >= 4; restBytes -= 4, raw += 4, plane0 += 2, plane1 += 2) {
    let word = load<u32>(raw);
    if (rotated) word = ((word << 1) & 0xff00ff00) | ((word >> 8) & 0x00800080) | (word & 0x007f007f);
    store<u16>(plane0, <u16>((word & 0xff) | ((word >> 8) & 0xff00)));
    store<u16>(plane1, <u16>(((word >> 8) & 0xff) | ((word >> 16) & 0xff00)));
  }
  for (; restBytes >= 2; restBytes -= 2, raw += 2, plane0++, plane1++) {
    store<u8>(plane0, load<u8>(raw));
    store<u8>(plane1, load<u8>(raw, 1));
  }
  if (restBytes) store<u8>(plane0, load<u8>(raw));
}

/** Splits 32-bit elements into four planes; `rotated` is 1 for float32, 0 for integers. */
export function split32(
  raw: usize,
  rawBytes: usize,
  plane0: usize,
  plane1: usize,
  plane2: usize,
  plane3: usize,
  rotated: i32,
): void {
  const low16 = kept(i32x4.splat(0x0000ffff));
  const low8 = keptLow8();
  const signs = keptSigns();
  const zero = keptZero();
  const vectorEnd = raw + (rawBytes & ~63);
  while (raw < vectorEnd) {
    const a = v128.load(raw);
    const b = v128.load(raw, 16);
    const c = v128.load(raw, 32);
    const d = v128.load(raw, 48);
    const lowAb = i16x8.narrow_i32x4_u(v128.and(a, low16), v128.and(b, low16));
    const lowCd = i16x8.narrow_i32x4_u(v128.and(c, low16), v128.and(d, low16));
    v128.store(plane0, lowBytes(lowAb, lowCd, low8));
    v128.store(plane1, highBytes(lowAb, lowCd));
    const highAb = i16x8.narrow_i32x4_u(i32x4.shr_u(a, 16), i32x4.shr_u(b, 16));
    const highCd = i16x8.narrow_i32x4_u(i32x4.shr_u(c, 16), i32x4.shr_u(d, 16));
    const second = lowBytes(highAb, highCd, low8);
    const top = highBytes(highAb, highCd);
    if (rotated) {
      v128.store(plane2, signsAndMantissas(second, top, signs));
      v128.store(plane3, exponents(second, top, zero));
    } else {
      v128.store(plane2, second);
      v128.store(plane3, top);
    }
    raw += 64;
    plane0 += 16;
    plane1 += 16;
    plane2 += 16;
    plane3 += 16;
  }
  let restBytes = rawBytes & 63;
  for (; restBytes >= 4; restBytes -= 4, raw += 4, plane0++, plane1++, plane2++, plane3++) {
    let word = load<u32>(raw);
    if (rotated) word = ((word << 1) & 0xff000000) | ((word >> 8) & 0x00800000) | (word & 0x007fffff);
    store<u8>(plane0, <u8>word);
    store<u8>(plane1, <u8>(word >> 8));
    store<u8>(plane2, <u8>(word >> 16));
    store<u8>(plane3, <u8>(word >> 24));
  }
  if (restBytes > 0) store<u8>(plane0, load<u8>(raw));
  if (restBytes > 1) store<u8>(plane1, load<u8>(raw, 1));
  if (restBytes > 2) store<u8>(plane2, load<u8>(raw, 2));
}

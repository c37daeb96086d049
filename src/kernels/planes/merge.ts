// Planes, decode side: the inverse of planes-split.ts, with the same rule for the ends.
// Every function reads exactly the planes' bytes and writes exactly `rawBytes` bytes at `raw`; nothing may overlap.


import { keptSigns } from './registers';

// Rotation is undone while the two top bytes of the elements are still apart, as it was done. `signs` is bit 7 of each byte; bits
// that 16-bit shifts move into the neighbouring byte are not selected.

// @ts-ignore: decorator
@inline
export function topBytes(signsAndMantissas: v128, exponents: v128, signs: v128): v128 {
  return v128.bitselect(signsAndMantissas, i16x8.shr_u(exponents, 1), signs);
}

// @ts-ignore: decorator
@inline
export function secondBytes(signsAndMantissas: v128, exponents: v128, signs: v128): v128 {
  return v128.bitselect(i16x8.shl(exponents, 7), signsAndMantissas, signs);
}

// @ts-ignore: decorator
@inline
export function interleaveLow8(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-ignore: decorator
@inline
export function interleaveHigh8(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

// @ts-ignore: decorator
@inline
function interleaveLow16(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
}

// @ts-ignore: decorator
@inline
function interleaveHigh16(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
}

/** Merges two planes into 16-bit elements; `rotated` is 1 for bfloat16, else 0. */
export function merge16(raw: usize, rawBytes: usize, plane0: usize, plane1: usize, rotated: i32): void {
  const vectorEnd = raw + (rawBytes & ~31);
  if (rotated) {
    const signs = keptSigns();
    while (raw < vectorEnd) {
      const signsAndMantissas = v128.load(plane0);
      const exponents = v128.load(plane1);
      const low = secondBytes(signsAndMantissas, exponents, signs);
      const high = topBytes(signsAndMantissas, exponents, signs);
      v128.store(raw, interleaveLow8(low, high));
      v128.store(raw, interleaveHigh8(low, high), 16);
      raw += 32;
      plane0 += 16;
      plane1 += 16;
    }
  } else {
    while (raw < vectorEnd) {
      const low = v128.load(plane0);
      const high = v128.load(plane1);
      v128.store(raw, interleaveLow8(low, high));
      v128.store(raw, interleaveHigh8(low, high), 16);
      raw += 32;
      plane0 += 16;
      plane1 += 16;
    }
  }
  let restBytes = rawBytes & 31;
  for (; restBytes >= 4; restBytes -= 4, raw += 4, plane0 += 2, plane1 += 2) {
    let word =
      <u32>load<u8>(plane0) |
      (<u32>load<u8>(plane1) << 8) |
      (<u32>load<u8>(plane0, 1) << 16) |
      (<u32>load<u8>(plane1, 1) << 24);
    if (rotated) word = ((word << 8) & 0x80008000) | ((word >> 1) & 0x7f807f80) | (word & 0x007f007f);
    store<u32>(raw, word);
  }
  for (; restBytes >= 2; restBytes -= 2, raw += 2, plane0++, plane1++) {
    store<u8>(raw, load<u8>(plane0));
    store<u8>(raw, load<u8>(plane1), 1);
  }
  if (restBytes) store<u8>(raw, load<u8>(plane0));
}

/** Merges four planes into 32-bit elements; `rotated` is 1 for float32, 0 for integers. */
export function merge32(
  raw: usize,
  rawBytes: usize,
  plane0: usize,
  plane1: usize,
  plane2: usize,
  plane3: usize,
  rotated: i32,
): void {
  const signs = keptSigns();
  const vectorEnd = raw + (rawBytes & ~63);
  while (raw < vectorEnd) {
    const byte0 = v128.load(plane0);
    const byte1 = v128.load(plane1);
    let byte2 = v128.load(plane2);
    let byte3 = v128.load(plane3);
    if (rotated) {
      const exponents = byte3;
      byte3 = topBytes(byte2, exponents, signs);
      byte2 = secondBytes(byte2, exponents, signs);
    }
    const lowA = interleaveLow8(byte0, byte1);
    const lowB = interleaveHigh8(byte0, byte1);
    const highA = interleaveLow8(byte2, byte3);
    const highB = interleaveHigh8(byte2, byte3);
    v128.store(raw, interleaveLow16(lowA, highA));
    v128.store(raw, interleaveHigh16(lowA, highA), 16);
    v128.store(raw, interleaveLow16(lowB, highB), 32);
    v128.store(raw, interleaveHigh16(lowB, highB), 48);
    raw += 64;
    plane0 += 16;
    plane1 += 16;
    plane2 += 16;
    plane3 += 16;
  }
  let restBytes = rawBytes & 63;
  for (; restBytes >= 4; restBytes -= 4, raw += 4, plane0++, plane1++, plane2++, plane3++) {
    let word =
      <u32>load<u8>(plane0) |
      (<u32>load<u8>(plane1) << 8) |
      (<u32>load<u8>(plane2) << 16) |
      (<u32>load<u8>(plane3) << 24);
    if (rotated) word = ((word << 8) & 0x80000000) | ((word >> 1) & 0x7f800000) | (word & 0x007fffff);
    store<u32>(raw, word);
  }
  if (restBytes > 0) store<u8>(raw, load<u8>(plane0));
  if (restBytes > 1) store<u8>(raw, load<u8>(plane1), 1);
  if (restBytes > 2) store<u8>(raw, load<u8>(plane2), 2);
}

// Planes, decode side: the inverse of planes-split.ts, with the same rule for the ends.
// Every function reads exactly the planes' bytes and writes exactly `rawBytes` bytes at `raw`; nothing may overlap.

// @ts-ignore: decorator
@inline
function unrotate16(words: v128): v128 {
  const sign = v128.and(i16x8.shl(words, 8), i16x8.splat(<i16>0x8000));
  const exponent = v128.and(i16x8.shr_u(words, 1), i16x8.splat(0x7f80));
  const mantissa = v128.and(words, i16x8.splat(0x007f));
  return v128.or(v128.or(sign, exponent), mantissa);
}

// @ts-ignore: decorator
@inline
function unrotate32(words: v128): v128 {
  const sign = v128.and(i32x4.shl(words, 8), i32x4.splat(0x80000000));
  const exponent = v128.and(i32x4.shr_u(words, 1), i32x4.splat(0x7f800000));
  const mantissa = v128.and(words, i32x4.splat(0x007fffff));
  return v128.or(v128.or(sign, exponent), mantissa);
}

// @ts-ignore: decorator
@inline
function interleaveLow8(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-ignore: decorator
@inline
function interleaveHigh8(a: v128, b: v128): v128 {
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
    while (raw < vectorEnd) {
      const low = v128.load(plane0);
      const high = v128.load(plane1);
      v128.store(raw, unrotate16(interleaveLow8(low, high)));
      v128.store(raw, unrotate16(interleaveHigh8(low, high)), 16);
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
  const vectorEnd = raw + (rawBytes & ~63);
  while (raw < vectorEnd) {
    const byte0 = v128.load(plane0);
    const byte1 = v128.load(plane1);
    const byte2 = v128.load(plane2);
    const byte3 = v128.load(plane3);
    const lowA = interleaveLow8(byte0, byte1);
    const lowB = interleaveHigh8(byte0, byte1);
    const highA = interleaveLow8(byte2, byte3);
    const highB = interleaveHigh8(byte2, byte3);
    let a = interleaveLow16(lowA, highA);
    let b = interleaveHigh16(lowA, highA);
    let c = interleaveLow16(lowB, highB);
    let d = interleaveHigh16(lowB, highB);
    if (rotated) {
      a = unrotate32(a);
      b = unrotate32(b);
      c = unrotate32(c);
      d = unrotate32(d);
    }
    v128.store(raw, a);
    v128.store(raw, b, 16);
    v128.store(raw, c, 32);
    v128.store(raw, d, 48);
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

// Seeded byte distributions that stress entropy coders in different ways.

import fc from 'fast-check';

/** A small fast generator (xorshift32): the same seed gives the same bytes on every machine. */
export function randomSource(seed: number): () => number {
  let state = seed | 0 || 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** `bytes` bytes whose symbol k (from `first`) is about `skew` times as frequent as symbol k + 1. */
export function geometricBytes(
  seed: number,
  bytes: number,
  symbols: number,
  skew: number,
  first = 0,
): Uint8Array {
  const next = randomSource(seed);
  const out = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) {
    let symbol = 0;
    while (symbol < symbols - 1 && next() / 0x1_0000_0000 > 1 - 1 / skew) symbol++;
    out[i] = (first + symbol) & 255;
  }
  return out;
}

export function uniformBytes(seed: number, bytes: number, symbols = 256): Uint8Array {
  const next = randomSource(seed);
  return Uint8Array.from({ length: bytes }, () => next() % symbols);
}

/** Planes of every shape: few or all symbols, flat or steep, short or a whole block. */
export const skewedPlane: fc.Arbitrary<Uint8Array> = fc
  .record({
    seed: fc.integer({ min: 1, max: 0x7fffffff }),
    bytes: fc.oneof(fc.integer({ min: 6, max: 300 }), fc.integer({ min: 301, max: 20_000 })),
    symbols: fc.oneof(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 2, max: 256 })),
    skew: fc.constantFrom(1.02, 1.1, 1.3, 1.6, 2, 3, 8),
    first: fc.integer({ min: 0, max: 255 }),
  })
  .map(({ seed, bytes, symbols, skew, first }) => geometricBytes(seed, bytes, symbols, skew, first));

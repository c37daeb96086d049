// XXH64 with seed 0, as zstd uses it for content (xxHash specification, section "XXH64 algorithm description").
// The hash of a frame is taken chunk by chunk while the chunk is in cache: begin, stripes…, finish. It is bound by the
// processor's one multiplier, so planes-split-summed.ts and planes-merge-summed.ts take in what passes through their loops.

/** Bytes of the state at `state`: four u64 accumulators. */
export const CHECKSUM_STATE_BYTES: i32 = 32;

const PRIME_1: u64 = 0x9e3779b185ebca87;
const PRIME_2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME_3: u64 = 0x165667b19e3779f9;
const PRIME_4: u64 = 0x85ebca77c2b2ae63;
const PRIME_5: u64 = 0x27d4eb2f165667c5;

/** An accumulator that has taken in one more word. */
// @ts-ignore: decorator
@inline
export function round(accumulator: u64, word: u64): u64 {
  return rotl<u64>(accumulator + word * PRIME_2, 31) * PRIME_1;
}

// @ts-ignore: decorator
@inline
function mergeAccumulator(hash: u64, accumulator: u64): u64 {
  return (hash ^ round(0, accumulator)) * PRIME_1 + PRIME_4;
}

export function checksumBegin(state: usize): void {
  store<u64>(state, PRIME_1 + PRIME_2, 0);
  store<u64>(state, PRIME_2, 8);
  store<u64>(state, 0, 16);
  store<u64>(state, 0 - PRIME_1, 24);
}

/** Takes in `bytes` bytes at `source`, a multiple of 32. */
export function checksumStripes(state: usize, source: usize, bytes: usize): void {
  let v1 = load<u64>(state, 0);
  let v2 = load<u64>(state, 8);
  let v3 = load<u64>(state, 16);
  let v4 = load<u64>(state, 24);
  const end = source + bytes;
  while (source < end) {
    v1 = round(v1, load<u64>(source, 0));
    v2 = round(v2, load<u64>(source, 8));
    v3 = round(v3, load<u64>(source, 16));
    v4 = round(v4, load<u64>(source, 24));
    source += 32;
  }
  store<u64>(state, v1, 0);
  store<u64>(state, v2, 8);
  store<u64>(state, v3, 16);
  store<u64>(state, v4, 24);
}

/** The hash of `totalBytes` bytes, of which the last `totalBytes % 32` stand at `tail` and were not taken in yet. */
export function checksumFinish(state: usize, tail: usize, totalBytes: u64): u64 {
  let hash = PRIME_5;
  if (totalBytes >= 32) {
    const v1 = load<u64>(state, 0);
    const v2 = load<u64>(state, 8);
    const v3 = load<u64>(state, 16);
    const v4 = load<u64>(state, 24);
    hash = rotl<u64>(v1, 1) + rotl<u64>(v2, 7) + rotl<u64>(v3, 12) + rotl<u64>(v4, 18);
    hash = mergeAccumulator(hash, v1);
    hash = mergeAccumulator(hash, v2);
    hash = mergeAccumulator(hash, v3);
    hash = mergeAccumulator(hash, v4);
  }
  hash += totalBytes;

  let restBytes = <u32>totalBytes & 31;
  for (; restBytes >= 8; restBytes -= 8, tail += 8) {
    hash = rotl<u64>(hash ^ round(0, load<u64>(tail)), 27) * PRIME_1 + PRIME_4;
  }
  if (restBytes >= 4) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(tail) * PRIME_1), 23) * PRIME_2 + PRIME_3;
    restBytes -= 4;
    tail += 4;
  }
  for (; restBytes > 0; restBytes--, tail++) {
    hash = rotl<u64>(hash ^ (<u64>load<u8>(tail) * PRIME_5), 11) * PRIME_1;
  }
  hash ^= hash >> 33;
  hash *= PRIME_2;
  hash ^= hash >> 29;
  hash *= PRIME_3;
  return hash ^ (hash >> 32);
}

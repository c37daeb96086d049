// XXH64 as the xxHash specification (xxhash_spec.md, "XXH64 algorithm description") tells it, in BigInt.

const PRIME_1 = 0x9e3779b185ebca87n;
const PRIME_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME_3 = 0x165667b19e3779f9n;
const PRIME_4 = 0x85ebca77c2b2ae63n;
const PRIME_5 = 0x27d4eb2f165667c5n;
const STRIPE_BYTES = 32;

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotateLeft = (value: bigint, bits: bigint): bigint => u64((value << bits) | (value >> (64n - bits)));
const round = (accumulator: bigint, lane: bigint): bigint =>
  u64(rotateLeft(u64(accumulator + lane * PRIME_2), 31n) * PRIME_1);

/** XXH64 of the bytes. */
export function xxh64(bytes: Uint8Array, seed = 0n): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tailStart = bytes.length - (bytes.length % STRIPE_BYTES);
  let hash = tailStart === 0 ? u64(seed + PRIME_5) : hashStripes(view, tailStart, seed);
  hash = u64(hash + BigInt(bytes.length));
  let offset = tailStart;
  for (; offset + 8 <= bytes.length; offset += 8) {
    hash ^= round(0n, view.getBigUint64(offset, true));
    hash = u64(rotateLeft(hash, 27n) * PRIME_1 + PRIME_4);
  }
  for (; offset + 4 <= bytes.length; offset += 4) {
    hash ^= u64(BigInt(view.getUint32(offset, true)) * PRIME_1);
    hash = u64(rotateLeft(hash, 23n) * PRIME_2 + PRIME_3);
  }
  for (; offset < bytes.length; offset++) {
    hash ^= u64(BigInt(view.getUint8(offset)) * PRIME_5);
    hash = u64(rotateLeft(hash, 11n) * PRIME_1);
  }
  return avalanche(hash);
}

function hashStripes(view: DataView, stripesEnd: number, seed: bigint): bigint {
  const accumulators = [u64(seed + PRIME_1 + PRIME_2), u64(seed + PRIME_2), seed, u64(seed - PRIME_1)];
  for (let offset = 0; offset < stripesEnd; offset += 8) {
    const lane = (offset / 8) % 4;
    accumulators[lane] = round(accumulators[lane] ?? 0n, view.getBigUint64(offset, true));
  }
  const shifts = [1n, 7n, 12n, 18n];
  let hash = u64(accumulators.reduce((sum, value, lane) => sum + rotateLeft(value, shifts[lane] ?? 0n), 0n));
  for (const accumulator of accumulators) hash = u64((hash ^ round(0n, accumulator)) * PRIME_1 + PRIME_4);
  return hash;
}

function avalanche(hash: bigint): bigint {
  let mixed = u64((hash ^ (hash >> 33n)) * PRIME_2);
  mixed = u64((mixed ^ (mixed >> 29n)) * PRIME_3);
  return mixed ^ (mixed >> 32n);
}

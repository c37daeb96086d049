// What the kernels meet: planes of one Huffman block, as the makers' weights give them.
import { createRandom, dataMakers } from '../fixtures.js';

const SEED = 7;
export const CHUNK_BYTES = 1 << 18;
export const PLANE_BYTES = 1 << 17;

const makers = () => dataMakers(createRandom(SEED));

/** @param {Uint8Array} words little-endian 16-bit elements @param {(low: number, high: number) => number} of */
function fromWords(words, of) {
  return Uint8Array.from({ length: words.byteLength / 2 }, (_, index) =>
    of(words[index * 2] ?? 0, words[index * 2 + 1] ?? 0),
  );
}

/** Each half as frequent as the one before: codes of one bit. */
function halves() {
  const random = createRandom(SEED);
  return Uint8Array.from({ length: PLANE_BYTES }, () => Math.min(12, Math.clz32(random.uint32())));
}

/** Normally distributed bytes. @param {number} deviation @returns {() => Uint8Array} */
const normalBytes = (deviation) => () => {
  const random = createRandom(SEED);
  return Uint8Array.from({ length: PLANE_BYTES }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.unit()));
    const value = 128 + deviation * radius * Math.cos(2 * Math.PI * random.unit());
    return Math.max(0, Math.min(255, Math.round(value)));
  });
};

/** 128 KiB each. @type {Readonly<Record<string, () => Uint8Array>>} */
export const PLANES = {
  'BF16 exponents': () =>
    fromWords(makers().bf16(PLANE_BYTES), (low, high) => ((high << 1) | (low >> 7)) & 255),
  'BF16 mantissas': () => fromWords(makers().bf16(PLANE_BYTES), (low, high) => (high & 128) | (low & 127)),
  'F16 high bytes': () => fromWords(makers().f16(PLANE_BYTES), (_low, high) => high),
  // Three bits of each mantissa, then zeros. The exponents beside them are like those of BF16.
  'F32 from F16, third bytes': () => fromWords(makers().f16(PLANE_BYTES), (low) => (low & 7) << 5),
  'F8 bytes': () => makers().f8e4m3(PLANE_BYTES),
  'INT4 bytes': () => makers().int4(PLANE_BYTES),
  'one-bit codes': halves,
  'normal bytes, σ 3': normalBytes(3),
  'normal bytes, σ 5': normalBytes(5),
  'normal bytes, σ 7': normalBytes(7),
  'normal bytes, σ 10': normalBytes(10),
  'normal bytes, σ 14': normalBytes(14),
  'normal bytes, σ 20': normalBytes(20),
  'normal bytes, σ 30': normalBytes(30),
  'equal bytes': () => new Uint8Array(PLANE_BYTES).fill(118),
};

/** 256 KiB each. @type {Readonly<Record<string, () => Uint8Array>>} */
export const CHUNKS = {
  BF16: () => makers().bf16(CHUNK_BYTES / 2),
  F16: () => makers().f16(CHUNK_BYTES / 2),
  F32: () => makers().f32(CHUNK_BYTES / 4),
};

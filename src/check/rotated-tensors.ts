// The stock script compresses tensors where they stand. One that did not shrink is then stored as it stands by then: with
// the sign rotated away from the exponent. Nothing in the file says so, but its values give it away.

import type { SafetensorsTensor } from '../format/safetensors/header.js';
import type { ByteSource } from '../sources/byte-source.js';

/** What is looked at of a tensor. */
const SAMPLE_BYTES = 1 << 16;
/** Exponents of values that weights have: 2^-64 to 2^32. */
const EXPONENT_BIAS = 127;
const PLAUSIBLE_MIN = EXPONENT_BIAS - 64;
const PLAUSIBLE_MAX = EXPONENT_BIAS + 32;
const LARGEST_EXPONENT = 254;
const INFINITE_EXPONENT = 255;
/** Stored: so many values at the least are not plausible. Rotated back: so many are. */
const IMPLAUSIBLE_SHARE = 0.5;
const PLAUSIBLE_SHARE = 0.95;

/** Names of the BF16 and F32 tensors whose values make no sense as they stand, and do when rotated back: once, or twice
 * where the script ran twice. */
export function findRotatedTensors(source: ByteSource, tensors: readonly SafetensorsTensor[]): string[] {
  return tensors
    .filter(({ dtype, fileStart, fileEnd }) => (dtype === 'BF16' || dtype === 'F32') && fileEnd > fileStart)
    .filter((tensor) => seemsRotated(topBits(source, tensor)))
    .map(({ name }) => name);
}

/** Sign and exponent, 9 bits, of each element of the sample that is not zero. */
function topBits(source: ByteSource, { dtype, fileStart, fileEnd }: SafetensorsTensor): Uint16Array {
  const elementBytes = dtype === 'F32' ? 4 : 2;
  const elements = Math.floor(Math.min(fileEnd - fileStart, SAMPLE_BYTES) / elementBytes);
  // BF16 is rotated two at a time; an odd last one stays as it was.
  const count = dtype === 'BF16' ? elements & ~1 : elements;
  const sample = source.read(fileStart, count * elementBytes);
  const view = new DataView(sample.buffer, sample.byteOffset, sample.byteLength);
  const tops: number[] = [];
  for (let i = 0; i < count; i++) {
    const half = view.getUint16((i + 1) * elementBytes - 2, true);
    if (half !== 0) tops.push(half >>> 7);
  }
  return Uint16Array.from(tops);
}

function seemsRotated(tops: Uint16Array): boolean {
  if (tops.length === 0 || plausibleShare(tops) > 1 - IMPLAUSIBLE_SHARE) return false;
  const once = tops.map(rotateBack);
  const twice = once.map(rotateBack);
  return (
    (!isMask(tops, INFINITE_EXPONENT) && plausibleShare(once) >= PLAUSIBLE_SHARE) ||
    (!isMask(tops, LARGEST_EXPONENT) && plausibleShare(twice) >= PLAUSIBLE_SHARE)
  );
}

/** A mask is made of infinities, NaN or the largest values, which say nothing. Once rotated, the values from 1 to 2 look like
 * the largest; only what is to be rotated back twice is compared with those. */
function isMask(tops: Uint16Array, exponentMin: number): boolean {
  return tops.every((top) => (top & 255) >= exponentMin || isPlausible(top));
}

function plausibleShare(tops: Uint16Array): number {
  return tops.filter(isPlausible).length / tops.length;
}

function isPlausible(top: number): boolean {
  const exponent = top & 255;
  return exponent === 0 || (exponent >= PLAUSIBLE_MIN && exponent <= PLAUSIBLE_MAX);
}

/** Rotated, the sign is below the exponent. */
function rotateBack(top: number): number {
  return ((top & 1) << 8) | (top >>> 1);
}

import type { Kernels } from '../codec/kernels.js';
import { RAW } from '../codec/memory.js';
import { toZnnError, ZnnError } from '../errors.js';
import { readFully } from '../io/positional.js';

const WORD_BYTES = 4;

/** XORs the `bytes` bytes at RAW with those of the base from `baseOffset` on. Overwrites as many at `scratch`, an encoded region.
 * @throws ZnnError `io` */
export function xorWithBase(
  kernels: Kernels,
  baseFd: number,
  baseOffset: number,
  bytes: number,
  scratch: number,
): void {
  try {
    readFully(baseFd, kernels.bytes.subarray(scratch, scratch + bytes), baseOffset);
  } catch (thrown) {
    // The base was of the right size and content when the run began: it is no fault of the file at hand.
    throw new ZnnError('io', `base: ${toZnnError(thrown).message}`, {}, thrown);
  }
  const { buffer } = kernels.bytes;
  // Both regions begin at multiples of a word, and have room for whole ones.
  const wordCount = Math.ceil(bytes / WORD_BYTES);
  const raw = new Int32Array(buffer, RAW, wordCount);
  const base = new Int32Array(buffer, scratch, wordCount);
  for (let i = 0; i < wordCount; i++) raw[i] = (raw[i] as number) ^ (base[i] as number);
}

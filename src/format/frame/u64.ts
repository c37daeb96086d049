import { ZnnError } from '../../errors.js';

/** The little-endian u64 at `offset` as an exact number. `field` names it in the error.
 * @throws ZnnError `corrupt` above 2^53 - 1, where a JavaScript number would round. */
export function readU64(view: DataView, offset: number, field: string): number {
  const value = view.getBigUint64(offset, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new ZnnError('corrupt', `${field} ${value} exceeds ${Number.MAX_SAFE_INTEGER}`);
  }
  return Number(value);
}

/** A sum for a message: above 2^53 - 1 a number is rounded, and its digits would name another. */
export function sumText(sum: number): string {
  return Number.isSafeInteger(sum) ? String(sum) : 'more than 2^53 - 1';
}

/** Writes an integer of 0 to 2^53 - 1 as a little-endian u64. */
export function writeU64(view: DataView, offset: number, value: number): void {
  view.setBigUint64(offset, BigInt(value), true);
}

import { ZnnError } from '../../src/errors.js';
import { decodeZnn } from '../reference/frame-decode.js';
import { uniformBytes } from '../support/distributions.js';
import { decodeByProduct, planOf } from './decode-product.js';

/** Larger outputs are not decoded: the reference is slow. */
export const COMPARED_BYTES_MAX = 1 << 16;

/** What files that say they are deltas are decoded against. */
const BASE = uniformBytes(7, COMPARED_BYTES_MAX);

const tooMuch = () => new ZnnError('unsupported', 'more than is compared');

/** @throws ZnnError */
export function boundedProduct(input: Uint8Array): Uint8Array {
  const plan = planOf(input);
  if (plan.rawBytes > COMPARED_BYTES_MAX) throw tooMuch();
  return decodeByProduct(input, plan, BASE);
}

/** The reference takes memory for what a header claims, of which the product decodes no more than is compared here.
 * @throws ZnnError */
export function boundedReference(input: Uint8Array): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (input.length >= 24 && view.getBigUint64(16, true) > COMPARED_BYTES_MAX) throw tooMuch();
  let raw: Uint8Array;
  try {
    raw = decodeZnn(input, BASE);
  } catch (thrown) {
    // A later frame claims more than any array holds.
    if (thrown instanceof RangeError) throw tooMuch();
    throw thrown;
  }
  if (raw.length > COMPARED_BYTES_MAX) throw tooMuch();
  return raw;
}

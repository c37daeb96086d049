// What both sides of a huff0 block agree on: the code that a list of weights stands for. RFC 8878, section 4.2.1.

import { ZnnError } from '../../src/errors.js';
import { toBits } from './bits.js';

/** Longest code: 11 in RFC 8878; ZipNN's decoder takes 12. */
const MAX_CODE_BITS = 12;

export interface HuffmanTree {
  /** The longest code. */
  readonly maxBits: number;
  /** The code of each symbol, highest bit first; '' for a symbol that has none. */
  readonly codes: readonly string[];
}

/** The tree of a complete list of weights: a symbol of weight w > 0 has a code of `maxBits + 1 - w` bits, and codes count up
 * from the longest to the shortest, within one length in the order of the symbols.
 * @throws ZnnError `corrupt` if the weights do not make a full tree. */
export function treeOfWeights(weights: readonly number[]): HuffmanTree {
  const total = weights.reduce((sum, weight) => sum + (weight > 0 ? 2 ** (weight - 1) : 0), 0);
  const maxBits = Math.log2(total);
  if (!Number.isInteger(maxBits)) throw corrupt(`weights fill ${total} cells, which is not a power of two`);
  if (maxBits < 1 || maxBits > MAX_CODE_BITS)
    throw corrupt(`codes of ${maxBits} bits, not 1 to ${MAX_CODE_BITS}`);
  const longest = weights.filter((weight) => weight === 1).length;
  if (longest < 2) throw corrupt(`${longest} symbols of weight 1, where a full tree has 2 or more`);
  const codes = new Array<string>(weights.length).fill('');
  let cell = 0;
  for (let weight = 1; weight <= maxBits; weight++) {
    weights.forEach((weightOfSymbol, symbol) => {
      if (weightOfSymbol !== weight) return;
      codes[symbol] = toBits(cell >> (weight - 1), maxBits + 1 - weight);
      cell += 2 ** (weight - 1);
    });
  }
  return { maxBits, codes };
}

/** The complete list: the weight of the last symbol is not written, since it is what fills the table to a power of two.
 * @throws ZnnError `corrupt` */
export function completeWeights(written: readonly number[]): number[] {
  const total = written.reduce((sum, weight) => sum + (weight > 0 ? 2 ** (weight - 1) : 0), 0);
  const tooLarge = written.find((weight) => weight > MAX_CODE_BITS);
  if (tooLarge !== undefined) throw corrupt(`weight ${tooLarge} exceeds ${MAX_CODE_BITS}`);
  if (total === 0) throw corrupt('every weight is 0');
  const rest = 2 ** total.toString(2).length - total;
  const lastWeight = Math.log2(rest) + 1;
  if (!Number.isInteger(lastWeight))
    throw corrupt(`weights leave ${rest} cells, which is not a power of two`);
  return [...written, lastWeight];
}

/** The bytes of each of the 4 lanes of `rawBytes`: equal but for the last. */
export function laneRawBytes(rawBytes: number): number[] {
  const lane = Math.ceil(rawBytes / 4);
  return [lane, lane, lane, rawBytes - 3 * lane];
}

function corrupt(message: string): ZnnError {
  return new ZnnError('corrupt', `huffman block: ${message}`);
}

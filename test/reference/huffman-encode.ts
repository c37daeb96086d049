// Writes huff0 blocks (RFC 8878, section 4.2) with an optimal length-limited code, so that a test can ask how far from
// the optimum the product's code is, and craft blocks that no usual encoder writes.

import { backwardStream } from './bits.js';
import { encodeFseWeights } from './fse.js';
import { histogram } from './histogram.js';
import { laneRawBytes, treeOfWeights } from './huffman-tree.js';

/** How the tree is written; `auto` takes what is shorter. */
export type WeightCoding = 'auto' | 'direct' | 'fse';

/** Direct weights are two to a byte after a first byte of 127 + their number, FSE-coded ones follow a byte below 128. */
const MAX_DIRECT_WEIGHTS = 128;
const MAX_FSE_BYTES = 127;

/** A block that decodes to `raw`, or `undefined` where there is none: fewer than two different bytes, or weights that the
 * asked coding cannot write. It may be longer than `raw`. */
export function encodeHuffmanBlock(
  raw: Uint8Array,
  maxBits = 11,
  coding: WeightCoding = 'auto',
): Uint8Array | undefined {
  const lengths = codeLengths(histogram(raw), maxBits);
  return lengths && encodeWithLengths(raw, lengths, coding);
}

/** A block with these code lengths: one per symbol, 0 for none, a full tree (Kraft sum exactly 1).
 * @throws ZnnError `corrupt` if it is not full, Error if a byte of `raw` has no code. */
export function encodeWithLengths(
  raw: Uint8Array,
  lengths: readonly number[],
  coding: WeightCoding = 'auto',
): Uint8Array | undefined {
  const longest = Math.max(...lengths);
  const weights = lengths.map((bits) => (bits === 0 ? 0 : longest + 1 - bits));
  const tree = encodeTree(weights, coding);
  if (tree === undefined) return undefined;
  const { codes } = treeOfWeights(weights);
  let start = 0;
  const lanes = laneRawBytes(raw.length).map((bytes) => {
    start += bytes;
    return encodeLane(raw.subarray(start - bytes, start), codes);
  });
  return joinBlock(tree, lanes);
}

/** A tree description: all weights but the last non-zero one are written. */
export function encodeTree(weights: readonly number[], coding: WeightCoding): Uint8Array | undefined {
  const lastSymbol = weights.findLastIndex((weight) => weight > 0);
  const written = weights.slice(0, lastSymbol);
  const direct = coding === 'fse' ? undefined : directTree(written);
  const fse = coding === 'direct' ? undefined : fseTree(written);
  if (direct === undefined || fse === undefined) return direct ?? fse;
  return fse.length < direct.length ? fse : direct;
}

/** Tree, jump table and lanes, of any content. */
export function joinBlock(tree: Uint8Array, lanes: readonly Uint8Array[]): Uint8Array {
  const jumps = lanes.slice(0, 3).flatMap((lane) => [lane.length & 255, lane.length >> 8]);
  return Uint8Array.from([...tree, ...jumps, ...lanes.flatMap((lane) => [...lane])]);
}

/** A lane: the codes of its bytes in order, as a backward stream. */
export function encodeLane(raw: Uint8Array, codes: readonly string[]): Uint8Array {
  const parts = [...raw].map((byte) => {
    const code = codes[byte];
    if (!code) throw new Error(`byte ${byte} has no code`);
    return code;
  });
  return backwardStream(parts.join(''));
}

/** Bits of an optimal prefix code no longer than `maxBits`, by package-merge (Larmore and Hirschberg, 1990): 256 lengths, 0 for
 * bytes that do not occur. `undefined` for fewer than two symbols. */
export function codeLengths(counts: readonly number[], maxBits: number): number[] | undefined {
  const coins = counts.flatMap((count, symbol) => (count > 0 ? [{ cost: count, symbols: [symbol] }] : []));
  if (coins.length < 2 || coins.length > 2 ** maxBits) return undefined;
  coins.sort((a, b) => a.cost - b.cost);
  let packages: typeof coins = [];
  for (let level = 0; level < maxBits; level++) {
    const merged = [...coins, ...packages].sort((a, b) => a.cost - b.cost);
    packages = [];
    for (let pair = 0; pair + 1 < merged.length; pair += 2) {
      const [first, second] = [merged[pair], merged[pair + 1]] as [(typeof coins)[0], (typeof coins)[0]];
      packages.push({ cost: first.cost + second.cost, symbols: [...first.symbols, ...second.symbols] });
    }
  }
  // Each time a symbol is among the n - 1 cheapest packages its code grows by a bit.
  const lengths = new Array<number>(counts.length).fill(0);
  for (const { symbols } of packages.slice(0, coins.length - 1)) {
    for (const symbol of symbols) lengths[symbol] = (lengths[symbol] ?? 0) + 1;
  }
  return lengths;
}

function directTree(written: readonly number[]): Uint8Array | undefined {
  if (written.length > MAX_DIRECT_WEIGHTS) return undefined;
  const bytes = [127 + written.length];
  for (let at = 0; at < written.length; at += 2)
    bytes.push(((written[at] ?? 0) << 4) | (written[at + 1] ?? 0));
  return Uint8Array.from(bytes);
}

function fseTree(written: readonly number[]): Uint8Array | undefined {
  const description = encodeFseWeights(written);
  if (description === undefined || description.length > MAX_FSE_BYTES) return undefined;
  return Uint8Array.from([description.length, ...description]);
}

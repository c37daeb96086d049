// Length-limited Huffman codes by package-merge: optimal for the limit, and always a complete code.
// Source: Larmore and Hirschberg, "A fast algorithm for optimal length-limited Huffman codes", JACM 37(3), 1990.

import { HUFFMAN_WRITE_MAX_BITS } from '../../format/frame/constants';

const SYMBOLS: usize = 256;
const ITEMS: usize = 512;

// Working memory: sorted leaves, the two lists of the level below and of this level, one flag byte per level and item.
const LEAVES: usize = 0;
const LIST_A: usize = LEAVES + SYMBOLS * 4;
const LIST_B: usize = LIST_A + ITEMS * 4;
const FLAGS: usize = LIST_B + ITEMS * 4;
/** Bytes of working memory for `codeLengths`. */
export const CODE_WORK_BYTES: i32 = <i32>(FLAGS + ITEMS * HUFFMAN_WRITE_MAX_BITS);

/** A leaf is count << 8 | symbol, so that equal counts keep the order of the symbols: the code is deterministic. */
function collectLeaves(counts: usize, leaves: usize): usize {
  let leafCount: usize = 0;
  for (let symbol: usize = 0; symbol < SYMBOLS; symbol++) {
    const count = load<u32>(counts + (symbol << 2));
    if (count) store<u32>(leaves + (leafCount++ << 2), (count << 8) | <u32>symbol);
  }
  return leafCount;
}

function shellSort(keys: usize, keyCount: usize): void {
  for (let gap: usize = 121; gap > 0; gap = gap / 3) {
    for (let i = gap; i < keyCount; i++) {
      const key = load<u32>(keys + (i << 2));
      let j = i;
      for (; j >= gap && load<u32>(keys + ((j - gap) << 2)) > key; j -= gap) {
        store<u32>(keys + (j << 2), load<u32>(keys + ((j - gap) << 2)));
      }
      store<u32>(keys + (j << 2), key);
    }
  }
}

/** One level of package-merge: pairs of `below` become packages, merged with the leaves by weight into `list`.
 * Sets a flag for each item that is a package; returns the number of items. */
function mergeLevel(leaves: usize, leafCount: usize, below: usize, belowCount: usize, list: usize, flags: usize): usize {
  const packageCount = belowCount >> 1;
  let leaf: usize = 0;
  let pack: usize = 0;
  let item: usize = 0;
  while (leaf < leafCount || pack < packageCount) {
    const leafWeight = leaf < leafCount ? load<u32>(leaves + (leaf << 2)) >> 8 : u32.MAX_VALUE;
    const packWeight =
      pack < packageCount ? load<u32>(below + (pack << 3)) + load<u32>(below + (pack << 3), 4) : u32.MAX_VALUE;
    const takesLeaf = leafWeight <= packWeight && leaf < leafCount;
    store<u32>(list + (item << 2), takesLeaf ? leafWeight : packWeight);
    store<u8>(flags + item, takesLeaf ? 0 : 1);
    if (takesLeaf) leaf++;
    else pack++;
    item++;
  }
  return item;
}

/** Fills `lengths` (256 u8, 0 = unused) with the optimal code of at most HUFFMAN_WRITE_MAX_BITS bits for the 256 u32 at
 * `counts`. Returns the longest length, or 0 if fewer than two symbols occur. Counts must be below 2^24. */
export function codeLengths(counts: usize, lengths: usize, work: usize): i32 {
  memory.fill(lengths, 0, SYMBOLS);
  const leaves = work + LEAVES;
  const leafCount = collectLeaves(counts, leaves);
  if (leafCount < 2) return 0;
  shellSort(leaves, leafCount);

  let below = work + LIST_A;
  let list = work + LIST_B;
  const flags = work + FLAGS;
  // Deepest level: leaves only.
  memory.fill(flags, 0, leafCount);
  for (let i: usize = 0; i < leafCount; i++) store<u32>(below + (i << 2), load<u32>(leaves + (i << 2)) >> 8);
  let belowCount = leafCount;
  for (let level: usize = 1; level < <usize>HUFFMAN_WRITE_MAX_BITS; level++) {
    belowCount = mergeLevel(leaves, leafCount, below, belowCount, list, flags + level * ITEMS);
    const swap = below;
    below = list;
    list = swap;
  }

  // The 2n − 2 lightest items of the top level form the code; a symbol is as long as the levels that hold its leaf.
  let itemCount: usize = 2 * leafCount - 2;
  for (let level: isize = HUFFMAN_WRITE_MAX_BITS - 1; level >= 0; level--) {
    const levelFlags = flags + <usize>level * ITEMS;
    let packageCount: usize = 0;
    for (let i: usize = 0; i < itemCount; i++) packageCount += load<u8>(levelFlags + i);
    const takenLeaves = itemCount - packageCount;
    for (let i: usize = 0; i < takenLeaves; i++) {
      const length = lengths + load<u8>(leaves + (i << 2));
      store<u8>(length, load<u8>(length) + 1);
    }
    itemCount = packageCount << 1;
  }
  return <i32>load<u8>(lengths + load<u8>(leaves));
}

/** Bits that the code of `lengths` takes for the symbols counted in `counts`. */
export function codedBits(counts: usize, lengths: usize): u32 {
  let bits: u32 = 0;
  for (let symbol: usize = 0; symbol < SYMBOLS; symbol++) {
    bits += load<u32>(counts + (symbol << 2)) * load<u8>(lengths + symbol);
  }
  return bits;
}

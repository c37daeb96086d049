// Huffman blocks, decode side: tree description, jump table, four lanes (RFC 8878, section 4.2), and which loop decodes them.

import {
  HUFFMAN_BY_CAREFUL,
  HUFFMAN_BY_MULTI,
  HUFFMAN_BY_PAIRS,
  HUFFMAN_BY_SINGLE,
  HUFFMAN_TOO_FEW_SYMBOLS,
} from '../../format/frame/constants';
import { decodeMulti } from './decode-multi';
import { decodePairs } from './decode-pairs';
import { decodeSingle } from './decode-single';
import { LANES_BYTES, decodeCarefully, laneEndOf, laneStartOf, readLanes } from './lanes-decode';
import { PAIR_TABLE_BYTES, PAIR_TABLE_WORK_BYTES, buildPairTable } from './pair-table';
import { SYMBOL_TABLE_BYTES, TABLES_WORK_BYTES, WINDOW_BITS, buildMultiTable, buildSymbolTable } from './tables';
import { TREE_DECODE_WORK_BYTES, TREE_MAX_BYTES, decodeTree } from './tree-decode';

// Working memory. The first part says which tables stand in the rest, and must start as zeros.
const TREE_BYTES: usize = 0; // u32, 0 for none
const TREE_MAX_BITS: usize = 4; // u32
const LARGE_TABLE_LOOP: usize = 8; // u32, which loop the large table is for; the careful one has none
const TREE: usize = 16;
// One of the two large tables at a time: the pair table and what it is made of take more room than the multi table.
const LARGE_TABLE: usize = TREE + TREE_MAX_BYTES;
const PAIR_TABLE_WORK: usize = LARGE_TABLE + PAIR_TABLE_BYTES;
const SYMBOL_TABLE: usize = PAIR_TABLE_WORK + PAIR_TABLE_WORK_BYTES;
const WEIGHTS: usize = SYMBOL_TABLE + SYMBOL_TABLE_BYTES;
const LANES: usize = WEIGHTS + 256;
const TREE_WORK: usize = LANES + LANES_BYTES;
const TABLES_WORK: usize = TREE_WORK + TREE_DECODE_WORK_BYTES;
/** Bytes of working memory for `decodeHuffman`. */
export const HUFFMAN_DECODE_WORK_BYTES: i32 = <i32>(TABLES_WORK + TABLES_WORK_BYTES);

/** Below so many coded bytes per 100 symbols the multi-symbol loop is fastest, below the second number that by pairs, and above
 * it a window hardly ever holds a second symbol. The loops take equal times there on normally distributed bytes
 * (docs/performance.md, "Choice of the decoder"). */
const MULTI_MAX_PERCENT: usize = 55;
const PAIRS_MAX_PERCENT: usize = 88;

/** Decodes a Huffman block of `sourceBytes` bytes into exactly `bytes` symbols at `target`. Reads nothing outside the
 * block and writes nothing outside the target. Returns 0, or a negated HUFFMAN_… error (then the target is undefined).
 *
 * The tables stay in `work`, and serve for the next block if it has the same tree, as neighbouring chunks of exponents do: nothing
 * else may write there. */
export function decodeHuffman(source: usize, sourceBytes: usize, target: usize, bytes: usize, work: usize): i32 {
  const hundredfold = sourceBytes * 100;
  let loop: u32 = HUFFMAN_BY_SINGLE;
  if (hundredfold < bytes * MULTI_MAX_PERCENT) loop = HUFFMAN_BY_MULTI;
  else if (hundredfold < bytes * PAIRS_MAX_PERCENT) loop = HUFFMAN_BY_PAIRS;
  return decodeHuffmanBy(loop, source, sourceBytes, target, bytes, work);
}

/** The same by the loop that is named, so that tests can compare the loops; each gives way to the careful one where lanes are
 * too short or codes too long for it. */
export function decodeHuffmanBy(loop: u32, source: usize, sourceBytes: usize, target: usize, bytes: usize, work: usize): i32 {
  if (bytes < 6) return -HUFFMAN_TOO_FEW_SYMBOLS;
  const sourceEnd = source + sourceBytes;
  const weights = work + WEIGHTS;
  const isSameTree = hasTree(source, sourceEnd, work);
  if (!isSameTree) {
    store<u32>(work, 0, TREE_BYTES);
    const tree = decodeTree(source, sourceBytes, weights, work + TREE_WORK);
    if (tree < 0) return tree;
    keepTree(source, <usize>(tree >> 8), <u32>tree & 0xff, work);
  }
  const lanes = work + LANES;
  const error = readLanes(source + load<u32>(work, TREE_BYTES), sourceEnd, lanes);
  if (error) {
    store<u32>(work, 0, TREE_BYTES);
    return error;
  }

  const maxBits = load<u32>(work, TREE_MAX_BITS);
  const window = max(maxBits, WINDOW_BITS);
  const symbolTable = work + SYMBOL_TABLE;
  if (!isSameTree) buildSymbolTable(weights, maxBits, window, symbolTable, work + TABLES_WORK);
  let shortestLane: usize = usize.MAX_VALUE;
  for (let lane: usize = 0; lane < 4; lane++) {
    shortestLane = min(shortestLane, laneEndOf(lanes, lane) - laneStartOf(lanes, lane));
  }
  if (loop == HUFFMAN_BY_CAREFUL || shortestLane < 8 || window > WINDOW_BITS) {
    return decodeCarefully(lanes, target, bytes, symbolTable, window);
  }
  if (loop == HUFFMAN_BY_SINGLE) return decodeSingle(lanes, target, bytes, symbolTable);
  const largeTable = work + LARGE_TABLE;
  const isBuilt = load<u32>(work, LARGE_TABLE_LOOP) == loop;
  store<u32>(work, loop, LARGE_TABLE_LOOP);
  if (loop == HUFFMAN_BY_PAIRS) {
    if (!isBuilt) buildPairTable(symbolTable, largeTable, work + PAIR_TABLE_WORK);
    return decodePairs(lanes, target, bytes, largeTable, symbolTable);
  }
  if (!isBuilt) buildMultiTable(weights, maxBits, symbolTable, largeTable, work + TABLES_WORK);
  return decodeMulti(lanes, target, bytes, largeTable, symbolTable);
}

/** Whether the block begins with the tree whose tables stand in `work`. The first byte of a tree says how long it is. */
function hasTree(source: usize, sourceEnd: usize, work: usize): bool {
  const treeBytes = <usize>load<u32>(work, TREE_BYTES);
  if (treeBytes == 0 || treeBytes > sourceEnd - source) return false;
  return memory.compare(source, work + TREE, treeBytes) == 0;
}

function keepTree(source: usize, treeBytes: usize, maxBits: u32, work: usize): void {
  memory.copy(work + TREE, source, treeBytes);
  store<u32>(work, <u32>treeBytes, TREE_BYTES);
  store<u32>(work, maxBits, TREE_MAX_BITS);
  store<u32>(work, HUFFMAN_BY_CAREFUL, LARGE_TABLE_LOOP);
}

import { JUMP_TABLE_BYTES } from '../../format/frame/constants.js';
import type { Kernels } from '../kernels.js';
import { COUNTS, LENGTHS, TREE, WORK } from '../memory.js';

/** A stream stays raw unless it shrinks below this share: decoding costs more than the last percents are worth.
 * ZipNN's own threshold. */
const WORTHWHILE_NUMERATOR = 95;
const WORTHWHILE_DENOMINATOR = 100;

/** Four end marks, and the rounding up of four lanes to whole bytes. */
const LANE_ENDS_BYTES = 4;

/** A plane's part of one chunk, and where it is to go. */
export interface PlanePart {
  readonly source: number;
  readonly bytes: number;
  /** May be `source`: then `scratch`, of a block's size, takes the part out of the way where it turns out to be worth coding,
   * since a coder can't work in place. */
  readonly target: number;
  /** What the target has room for: `bytes` and the encoder's slack at least. */
  readonly roomBytes: number;
  readonly scratch: number;
  readonly history: PlaneHistory;
}

/** What the part of the chunk before was like, as this one will most likely be. It begins anew with each run of chunks, so that
 * the same run always gives the same blocks. */
export interface PlaneHistory {
  /** It was coded: then no sample is asked whether this one is to be. */
  isCoded: boolean;
  /** That of kernels/pairs.ts; 0 where it had none. */
  range: number;
  /** The code of the last block made by a sample of pairs. */
  pairCode?: PairCode | undefined;
}

/** A code that the next part may be written with too. Its table stands in memory as long as `Kernels.pairCodesOwner` is this. */
export interface PairCode extends BlockCode {
  /** Symbols of the part that it was made for. */
  readonly bytes: number;
  /** Has a code for each value in it. */
  readonly range: number;
  /** Where its tree description stands in the frame under construction. */
  readonly treeAt: number;
}

/** A code, whose lengths stand at LENGTHS, and its tree description, at TREE. */
export interface BlockCode {
  readonly maxBits: number;
  readonly treeBytes: number;
  /** Most that jump table and lanes take, if the symbols are distributed as they were counted. */
  readonly lanesBytes: number;
}

/** The best code for a plane of `bytes` symbols, one in `stride` of which is counted at COUNTS. Undefined where the block
 * would not be worthwhile. */
export function makeCode({ exports }: Kernels, bytes: number, stride = 1): BlockCode | undefined {
  const maxBits = exports.codeLengths(COUNTS, LENGTHS, WORK);
  const codedBytes = Math.ceil((exports.codedBits(COUNTS, LENGTHS) * stride) / 8);
  if (!isWorthwhile(codedBytes, bytes)) return undefined;
  const treeBytes = exports.encodeTree(LENGTHS, maxBits, TREE, WORK);
  const lanesBytes = JUMP_TABLE_BYTES + codedBytes + LANE_ENDS_BYTES;
  if (treeBytes === 0 || !isWorthwhile(treeBytes + lanesBytes, bytes)) return undefined;
  return { maxBits, treeBytes, lanesBytes };
}

/** Puts the tree description, which stands at `treeAt`, at `target`; returns where it ends. */
export function writeTree(
  { bytes }: Kernels,
  { treeBytes }: BlockCode,
  target: number,
  treeAt: number = TREE,
): number {
  bytes.copyWithin(target, treeAt, treeAt + treeBytes);
  return target + treeBytes;
}

/** True where a stream of `encodedBytes` beats the raw one by enough. */
export function isWorthwhile(encodedBytes: number, rawBytes: number): boolean {
  return encodedBytes * WORTHWHILE_DENOMINATOR < rawBytes * WORTHWHILE_NUMERATOR;
}

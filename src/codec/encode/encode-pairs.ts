// Huffman blocks of planes whose values fit into the 64 slots of kernels/pairs.ts, counted and written two symbols at a time.
// A quarter of a large plane tells enough of its code, and one like the plane of the chunk before takes that one's code; then only
// the written block tells its size.

import type { Kernels } from '../kernels.js';
import { CODES, COUNTS, LANES_SCRATCH, LENGTHS, PAIR_CODES, PAIRS, TREE, WORK } from '../memory.js';
import { type BlockCode, isWorthwhile, makeCode, type PlanePart, writeTree } from './block-code.js';

/** A sample of fewer symbols makes a code that is longer by more than 0.03 % (the plane's distinct values, some 20, less one, over
 * twice their number, in nats). */
const SAMPLED_MIN_BYTES = 64 << 10;
/** Stretches that a sample takes its slices from. */
const SAMPLED_MULTIPLE_BYTES = 2048;
/** Each value that a sample does not meet takes 1 / 2048 of the code. Some at the lower end are usual. */
const UNSEEN_MAX = 8;
/** A block larger than the sample lets expect, by more than chance (six standard deviations): the sample tells too little. */
const SURPRISE_PERCENT = 2;
/** A part whose sample takes more or less with the last part's code than that part did, by more than chance (three standard
 * deviations), gets a code of its own. */
const LIKENESS_PERCENT = 1.5;

/** Writes the part, whose pair indexes of `range` stand at PAIRS, to its target as a Huffman block; returns its bytes.
 * Undefined, and the source unharmed, where that is not worthwhile. */
export function encodePairs(kernels: Kernels, range: number, part: PlanePart): number | undefined {
  return (
    encodeByLastCode(kernels, range, part) ??
    encodeBySample(kernels, range, part) ??
    encodeByCount(kernels, range, part)
  );
}

/** Undefined where the code of the part before does not fit. */
function encodeByLastCode(kernels: Kernels, range: number, part: PlanePart): number | undefined {
  const { exports } = kernels;
  const { pairCode } = part.history;
  if (pairCode === undefined || kernels.pairCodesOwner !== pairCode) return undefined;
  if (pairCode.bytes !== part.bytes || !covers(pairCode.range, range)) return undefined;
  const sampledBytes =
    (exports.pairSampleBits(PAIRS, part.bytes / 2, PAIR_CODES) * exports.PAIR_BITS_STRIDE.value) / 8;
  const differenceBytes = Math.abs(sampledBytes - pairCode.lanesBytes);
  if (differenceBytes * 100 > pairCode.lanesBytes * LIKENESS_PERCENT) return undefined;
  return writeBlock(kernels, pairCode, pairCode.treeAt, part);
}

/** Whether codes for the values of one range serve another one's pair indexes: slots count from the largest value. */
function covers(range: number, other: number): boolean {
  const [largest, smallest, hasZero] = [range & 0xff, (range >> 8) & 0xff, range >> 16];
  return largest === (other & 0xff) && smallest <= ((other >> 8) & 0xff) && hasZero >= other >> 16;
}

/** Undefined where a sample does not tell enough. */
function encodeBySample(kernels: Kernels, range: number, part: PlanePart): number | undefined {
  const { bytes, target, history } = part;
  history.pairCode = undefined;
  if (bytes < SAMPLED_MIN_BYTES || bytes % SAMPLED_MULTIPLE_BYTES !== 0) return undefined;
  const { exports } = kernels;
  const unseenCount = exports.pairSampleHistogram(PAIRS, bytes / 2, range, COUNTS, WORK);
  if (unseenCount > UNSEEN_MAX) return undefined;
  const code = makeCode(kernels, bytes, exports.PAIR_SAMPLE_STRIDE.value);
  if (code === undefined) return undefined;
  buildTables(kernels, code, range);
  const blockBytes = writeBlock(kernels, code, TREE, part);
  if (blockBytes === undefined) return undefined;
  history.pairCode = { ...code, bytes, range, treeAt: target };
  kernels.pairCodesOwner = history.pairCode;
  return blockBytes;
}

/** Writes a block by a code that was made for a part like this one, whose tree description stands at `treeAt`; undefined where it
 * turns out larger than that lets expect. */
function writeBlock(kernels: Kernels, code: BlockCode, treeAt: number, part: PlanePart): number | undefined {
  const { bytes, target } = part;
  const { treeBytes } = code;
  const lanesTarget = target + treeBytes;
  const lanesStart = hasRoomForAny(kernels, part, code) ? lanesTarget : LANES_SCRATCH;
  const lanesBytes = kernels.exports.encodePairLanes(PAIRS, bytes, PAIR_CODES, lanesStart);
  const isSurprise = lanesBytes * 100 > code.lanesBytes * (100 + SURPRISE_PERCENT);
  if (isSurprise || !isWorthwhile(treeBytes + lanesBytes, bytes)) return undefined;
  writeTree(kernels, code, target, treeAt);
  if (lanesStart !== lanesTarget) kernels.bytes.copyWithin(lanesTarget, lanesStart, lanesStart + lanesBytes);
  return treeBytes + lanesBytes;
}

/** True where even a block that is far larger than expected may be written to the target. */
function hasRoomForAny({ exports }: Kernels, part: PlanePart, { treeBytes }: BlockCode): boolean {
  return part.source !== part.target && part.roomBytes >= treeBytes + exports.LANES_MAX_BYTES.value;
}

function encodeByCount(kernels: Kernels, range: number, { bytes, target }: PlanePart): number | undefined {
  const { exports } = kernels;
  exports.pairHistogram(PAIRS, bytes / 2, range, COUNTS, WORK);
  const code = makeCode(kernels, bytes);
  if (code === undefined) return undefined;
  buildTables(kernels, code, range);
  const lanesTarget = writeTree(kernels, code, target);
  return code.treeBytes + exports.encodePairLanes(PAIRS, bytes, PAIR_CODES, lanesTarget);
}

function buildTables(kernels: Kernels, { maxBits }: BlockCode, range: number): void {
  const { exports } = kernels;
  exports.buildCodes(LENGTHS, maxBits, CODES);
  exports.buildPairCodes(LENGTHS, CODES, range, PAIR_CODES, WORK);
  kernels.pairCodesOwner = undefined;
}

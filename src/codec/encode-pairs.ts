// Huffman blocks of planes whose values fit into the 64 slots of kernels/pairs.ts, counted and written two symbols at a time.
// A quarter of a large plane tells enough of its code; then only the written block tells its size.

import { type BlockCode, isWorthwhile, makeCode, type PlanePart, writeTree } from './encode-block.js';
import type { Kernels } from './kernels.js';
import { CODES, COUNTS, LANES_SCRATCH, LENGTHS, PAIR_CODES, PAIRS, WORK } from './memory.js';

/** A sample of fewer symbols makes a code that is longer by more than 0.03 % (the plane's distinct values, some 20, less one, over
 * twice their number, in nats). */
const SAMPLED_MIN_BYTES = 64 << 10;
/** Stretches that a sample takes its slices from. */
const SAMPLED_MULTIPLE_BYTES = 2048;
/** Each value that a sample does not meet takes 1 / 2048 of the code. Some at the lower end are usual. */
const UNSEEN_MAX = 8;
/** A block larger than the sample lets expect, by more than chance (six standard deviations): the sample tells too little. */
const SURPRISE_PERCENT = 2;

/** Writes the part, whose pair indexes of `range` stand at PAIRS, to its target as a Huffman block; returns its bytes.
 * Undefined, and the source unharmed, where that is not worthwhile. */
export function encodePairs(kernels: Kernels, range: number, part: PlanePart): number | undefined {
  return encodeBySample(kernels, range, part) ?? encodeByCount(kernels, range, part);
}

/** Undefined where a sample does not tell enough. */
function encodeBySample(kernels: Kernels, range: number, part: PlanePart): number | undefined {
  const { bytes, target } = part;
  if (bytes < SAMPLED_MIN_BYTES || bytes % SAMPLED_MULTIPLE_BYTES !== 0) return undefined;
  const { exports } = kernels;
  const unseenCount = exports.pairSampleHistogram(PAIRS, bytes / 2, range, COUNTS, WORK);
  if (unseenCount > UNSEEN_MAX) return undefined;
  const code = makeCode(kernels, bytes, exports.PAIR_SAMPLE_STRIDE.value);
  if (code === undefined) return undefined;
  const lanesTarget = target + code.treeBytes;
  const lanesStart = hasRoomForAny(kernels, part, code) ? lanesTarget : LANES_SCRATCH;
  const lanesBytes = writeLanes(kernels, code, range, bytes, lanesStart);
  const isSurprise = lanesBytes * 100 > code.lanesBytes * (100 + SURPRISE_PERCENT);
  if (isSurprise || !isWorthwhile(code.treeBytes + lanesBytes, bytes)) return undefined;
  writeTree(kernels, code, target);
  if (lanesStart !== lanesTarget) kernels.bytes.copyWithin(lanesTarget, lanesStart, lanesStart + lanesBytes);
  return code.treeBytes + lanesBytes;
}

/** True where even a block that is far larger than expected may be written to the target. */
function hasRoomForAny({ exports }: Kernels, part: PlanePart, { treeBytes }: BlockCode): boolean {
  return part.source !== part.target && part.roomBytes >= treeBytes + exports.LANES_MAX_BYTES.value;
}

function encodeByCount(kernels: Kernels, range: number, { bytes, target }: PlanePart): number | undefined {
  kernels.exports.pairHistogram(PAIRS, bytes / 2, range, COUNTS, WORK);
  const code = makeCode(kernels, bytes);
  if (code === undefined) return undefined;
  const lanesTarget = writeTree(kernels, code, target);
  return code.treeBytes + writeLanes(kernels, code, range, bytes, lanesTarget);
}

/** Writes jump table and lanes; returns their bytes. */
function writeLanes(
  { exports }: Kernels,
  { maxBits }: BlockCode,
  range: number,
  bytes: number,
  target: number,
): number {
  exports.buildCodes(LENGTHS, maxBits, CODES);
  exports.buildPairCodes(LENGTHS, CODES, range, PAIR_CODES, WORK);
  return exports.encodePairLanes(PAIRS, bytes, PAIR_CODES, target);
}

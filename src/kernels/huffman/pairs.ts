// Pairs of symbols, for planes whose values fit into 64 slots: value 0, and 63 neighbours below the largest value. The
// exponents of model weights nearly always do. Counting and coding two symbols at a time halves the work of both.
//
// Slot of a value: value − base, saturating, with base = max(largest − 63, 0); so slot 0 is value 0, or, with base 0, the
// value itself. Pair index: slot of the first symbol | slot of the second << 6.
//
// Range: what values a plane has, largest | smallest above 0 << 8 | 1 << 16 if it has 0.

import { kept } from '../planes/registers';

const SLOTS: usize = 64;
const PAIRS: usize = 4096;
const ROW_BYTES: usize = SLOTS << 2;

/** A sample takes one slice of every stretch. Slices start at places without a period, which rows of a matrix would have. */
export const STRETCH_PAIRS: usize = 1024;
const SLICE_PAIRS: usize = 256;
export const SLICE_STEP: usize = 292;

/** Pairs for each one that `pairSampleHistogram` counts. */
export const PAIR_SAMPLE_STRIDE: i32 = <i32>(STRETCH_PAIRS / SLICE_PAIRS);

/** Bytes of a pair histogram and of its working memory: 4096 u32 twice. */
export const PAIR_HISTOGRAM_WORK_BYTES: i32 = 32768;

/** The value of slot 0 is 0, that of another `slot` is this more. */
// @ts-ignore: decorator
@inline
export function baseOf(range: i32): i32 {
  return max((range & 0xff) - <i32>SLOTS + 1, 0);
}

/** Slot of the smallest value above 0, and of the largest. Slot 0 may be used besides. */
// @ts-ignore: decorator
@inline
function firstSlot(range: i32): usize {
  return <usize>max(((range >> 8) & 0xff) - baseOf(range), 1);
}

// @ts-ignore: decorator
@inline
function lastSlot(range: i32): usize {
  return <usize>((range & 0xff) - baseOf(range));
}

/** `firstSlots` selects the low 6 bits of each 16: below the second slot, which the shift brings down to bit 6, it leaves bits of the
 * first one. */
// @ts-ignore: decorator
@inline
function pairsOf(values: v128, bases: v128, firstSlots: v128): v128 {
  const slots = i8x16.sub_sat_u(values, bases);
  return v128.bitselect(slots, i16x8.shr_u(slots, 2), firstSlots);
}

/** Writes the pair index of each two symbols as a u16 to `pairs`. Returns the range, or −1 if the values need more slots.
 * `bytes` is a multiple of 16. With a `likelyRange` of the right base it takes one pass, else two. */
export function mapPairs(source: usize, bytes: usize, pairs: usize, likelyRange: i32): i32 {
  const end = source + bytes;
  const one = kept(i8x16.splat(1));
  const firstSlots = kept(i16x8.splat(0x003f));
  const likelyBases = kept(i8x16.splat(<i8>baseOf(likelyRange)));
  let largest = i8x16.splat(0);
  let smallest = i8x16.splat(-1);
  let smallestLess1 = smallest; // as unsigned, 255; 0 − 1 wraps to 255 too, so zeros don't count
  for (let at = source, target = pairs; at < end; at += 16, target += 16) {
    const values = v128.load(at);
    largest = i8x16.max_u(largest, values);
    smallest = i8x16.min_u(smallest, values);
    smallestLess1 = i8x16.min_u(smallestLess1, i8x16.sub(values, one));
    v128.store(target, pairsOf(values, likelyBases, firstSlots));
  }
  const max = <i32>largestLane(largest);
  const min = 256 - <i32>largestLane(v128.not(smallestLess1));
  if (max - min >= <i32>SLOTS - 1) return -1;

  const hasZero = largestLane(v128.not(smallest)) == 255;
  const range = max | (min << 8) | (hasZero ? 1 << 16 : 0);
  if (baseOf(range) != baseOf(likelyRange)) {
    const bases = kept(i8x16.splat(<i8>baseOf(range)));
    for (let at = source; at < end; at += 16, pairs += 16) v128.store(pairs, pairsOf(v128.load(at), bases, firstSlots));
  }
  return range;
}

function largestLane(values: v128): u8 {
  let high = i8x16.max_u(values, i8x16.shuffle(values, values, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  high = i8x16.max_u(high, i8x16.shuffle(high, high, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  const four = i32x4.extract_lane(high, 0);
  return <u8>max(max(four & 0xff, (four >> 8) & 0xff), max((four >> 16) & 0xff, (four >> 24) & 0xff));
}

// @ts-ignore: decorator
@inline
function count(table: usize, pair: usize): void {
  const slot = table + (pair << 2);
  store<u32>(slot, load<u32>(slot) + 1);
}

// @ts-ignore: decorator
@inline
function countPairs(pairs: usize, end: usize, table: usize, other: usize): void {
  for (; pairs < end; pairs += 8) {
    const four = load<u64>(pairs);
    count(table, <usize>(four & 0xffff));
    count(other, <usize>((four >> 16) & 0xffff));
    count(table, <usize>((four >> 32) & 0xffff));
    count(other, <usize>(four >> 48));
  }
}

/** Counts the symbols of `pairCount` pairs, a multiple of 4, into the 256 u32 at `counts`. */
export function pairHistogram(pairs: usize, pairCount: usize, range: i32, counts: usize, work: usize): void {
  const other = work + (PAIRS << 2);
  clearRows(work, other, range);
  countPairs(pairs, pairs + (pairCount << 1), work, other);
  foldPairs(work, other, range, counts);
}

/** As `pairHistogram`, of one pair in PAIR_SAMPLE_STRIDE; `pairCount` is 1024 or more. Every value of the range counts at
 * least once, so that a code made of these counts has them all. Returns how many values the sample did not meet. */
export function pairSampleHistogram(pairs: usize, pairCount: usize, range: i32, counts: usize, work: usize): i32 {
  const other = work + (PAIRS << 2);
  clearRows(work, other, range);
  let shift: usize = 0;
  for (let stretch: usize = 0; stretch + STRETCH_PAIRS <= pairCount; stretch += STRETCH_PAIRS) {
    const slice = pairs + ((stretch + shift) << 1);
    countPairs(slice, slice + (SLICE_PAIRS << 1), work, other);
    shift = (shift + SLICE_STEP) % (STRETCH_PAIRS - SLICE_PAIRS);
  }
  foldPairs(work, other, range, counts);
  let unseen = range >> 16 ? coverValue(counts, 0) : 0;
  for (let value = (range >> 8) & 0xff; value <= (range & 0xff); value++) unseen += coverValue(counts, value);
  return unseen;
}

function coverValue(counts: usize, value: usize): i32 {
  const slot = counts + (value << 2);
  if (load<u32>(slot)) return 0;
  store<u32>(slot, 1);
  return 1;
}

// Rows of the 64 × 64 table are second symbols, columns first ones. Only rows of the range's slots and row 0 are looked at:
// the exponents of weights have some 20 values.

function clearRows(table: usize, other: usize, range: i32): void {
  memory.fill(table, 0, ROW_BYTES);
  memory.fill(other, 0, ROW_BYTES);
  const start = firstSlot(range) * ROW_BYTES;
  const end = (lastSlot(range) + 1) * ROW_BYTES;
  if (start >= end) return;
  memory.fill(table + start, 0, end - start);
  memory.fill(other + start, 0, end - start);
}

/** Each symbol's count is the sum of its row and of its column. */
function foldPairs(table: usize, other: usize, range: i32, counts: usize): void {
  memory.fill(counts, 0, 1024);
  const base = baseOf(range);
  const first = firstSlot(range);
  const last = lastSlot(range);
  foldRow(table, other, 0);
  for (let slot = first; slot <= last; slot++) foldRow(table, other, slot);
  store<u32>(counts, countOfSlot(table, other, 0));
  for (let slot = first; slot <= last; slot++)
    store<u32>(counts + ((slot + base) << 2), countOfSlot(table, other, slot));
}

/** Puts the sum of a row into `table`, at the row's own index, and adds the row to the sums of columns, which stand in the place
 * of row 0 of `other` once that row has been folded, the first of all. */
function foldRow(table: usize, other: usize, row: usize): void {
  let rowSum = i32x4.splat(0);
  for (let column: usize = 0; column < ROW_BYTES; column += 16) {
    const at = row * ROW_BYTES + column;
    const four = i32x4.add(v128.load(table + at), v128.load(other + at));
    rowSum = i32x4.add(rowSum, four);
    v128.store(other + column, row ? i32x4.add(v128.load(other + column), four) : four);
  }
  store<u32>(table + (row << 2), sumOfLanes(rowSum));
}

// @ts-ignore: decorator
@inline
function countOfSlot(table: usize, other: usize, slot: usize): u32 {
  return load<u32>(table + (slot << 2)) + load<u32>(other + (slot << 2));
}

function sumOfLanes(four: v128): u32 {
  return (
    i32x4.extract_lane(four, 0) + i32x4.extract_lane(four, 1) + i32x4.extract_lane(four, 2) + i32x4.extract_lane(four, 3)
  );
}

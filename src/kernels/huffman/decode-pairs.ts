// Decoding of one or two symbols at a time: for planes with little skew.

import { bitsLeft, finishLane, laneEndOf, laneStartOf, refillStep, refilled, startBits } from './lanes-decode';
import { PAIR_TABLE_SYMBOLS, PAIR_WINDOW_BITS } from './pair-table';
import { WINDOW_BITS } from './tables';

/** Stores the symbols of the next window, one or two, and returns their bits (low 6 bits) | their number << 6. */
// @ts-ignore: decorator
@inline
function takePair(table: usize, bits: u64, to: usize): usize {
  const window = <usize>(bits >> (64 - PAIR_WINDOW_BITS));
  store<u16>(to, load<u16>(table + (window << 1), PAIR_TABLE_SYMBOLS));
  return <usize>load<u8>(table + window);
}

/** One or two symbols a window of 13 bits, four windows a refill, four lanes side by side: for planes with little skew.
 *
 * Budget of one round, in each lane: 4 × 13 bits, so `at` moves back by at most 7 bytes, and 59 bits of a load are used at
 * most, short of the sentinel; 4 × 2 symbols, of which a 2-byte store at the last stays within 8 bytes. */
export function decodePairs(lanes: usize, target: usize, bytes: usize, table: usize, symbolTable: usize): i32 {
  const laneSymbols = (bytes + 3) >> 2;
  const start0 = laneStartOf(lanes, 0);
  const start1 = laneStartOf(lanes, 1);
  const start2 = laneStartOf(lanes, 2);
  const start3 = laneStartOf(lanes, 3);
  let at0 = laneEndOf(lanes, 0) - 8;
  let at1 = laneEndOf(lanes, 1) - 8;
  let at2 = laneEndOf(lanes, 2) - 8;
  let at3 = laneEndOf(lanes, 3) - 8;
  let bits0 = startBits(at0 + 8);
  let bits1 = startBits(at1 + 8);
  let bits2 = startBits(at2 + 8);
  let bits3 = startBits(at3 + 8);
  let to0 = target;
  let to1 = to0 + laneSymbols;
  let to2 = to1 + laneSymbols;
  let to3 = to2 + laneSymbols;
  const end0 = to1;
  const end1 = to2;
  const end2 = to3;
  const end3 = target + bytes;

  for (;;) {
    const roundsIn = min(min(at0 - start0, at1 - start1), min(at2 - start2, at3 - start3)) / 7;
    const room = min(min(end0 - to0, end1 - to1), min(end2 - to2, end3 - to3));
    let rounds = min(roundsIn, room / 8);
    if (rounds == 0) break;
    do {
      let used0: usize;
      let used1: usize;
      let used2: usize;
      let used3: usize;
      // Four times: look up and store in every lane, then shift and step in every lane.
      used0 = takePair(table, bits0, to0);
      used1 = takePair(table, bits1, to1);
      used2 = takePair(table, bits2, to2);
      used3 = takePair(table, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 6;
      bits1 <<= <u64>used1; to1 += used1 >> 6;
      bits2 <<= <u64>used2; to2 += used2 >> 6;
      bits3 <<= <u64>used3; to3 += used3 >> 6;

      used0 = takePair(table, bits0, to0);
      used1 = takePair(table, bits1, to1);
      used2 = takePair(table, bits2, to2);
      used3 = takePair(table, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 6;
      bits1 <<= <u64>used1; to1 += used1 >> 6;
      bits2 <<= <u64>used2; to2 += used2 >> 6;
      bits3 <<= <u64>used3; to3 += used3 >> 6;

      used0 = takePair(table, bits0, to0);
      used1 = takePair(table, bits1, to1);
      used2 = takePair(table, bits2, to2);
      used3 = takePair(table, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 6;
      bits1 <<= <u64>used1; to1 += used1 >> 6;
      bits2 <<= <u64>used2; to2 += used2 >> 6;
      bits3 <<= <u64>used3; to3 += used3 >> 6;

      used0 = takePair(table, bits0, to0);
      used1 = takePair(table, bits1, to1);
      used2 = takePair(table, bits2, to2);
      used3 = takePair(table, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 6;
      bits1 <<= <u64>used1; to1 += used1 >> 6;
      bits2 <<= <u64>used2; to2 += used2 >> 6;
      bits3 <<= <u64>used3; to3 += used3 >> 6;

      at0 -= refillStep(bits0); bits0 = refilled(at0, bits0);
      at1 -= refillStep(bits1); bits1 = refilled(at1, bits1);
      at2 -= refillStep(bits2); bits2 = refilled(at2, bits2);
      at3 -= refillStep(bits3); bits3 = refilled(at3, bits3);
    } while (--rounds);
  }

  let error = finishLane(start0, bitsLeft(at0, start0, bits0), to0, end0, symbolTable, WINDOW_BITS);
  if (!error) error = finishLane(start1, bitsLeft(at1, start1, bits1), to1, end1, symbolTable, WINDOW_BITS);
  if (!error) error = finishLane(start2, bitsLeft(at2, start2, bits2), to2, end2, symbolTable, WINDOW_BITS);
  if (!error) error = finishLane(start3, bitsLeft(at3, start3, bits3), to3, end3, symbolTable, WINDOW_BITS);
  return error;
}

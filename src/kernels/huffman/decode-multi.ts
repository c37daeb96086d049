// Decoding of several symbols at a time: for skewed planes.

import { bitsLeft, finishLane, laneEndOf, laneStartOf, refillStep, refilled, startBits } from './lanes-decode';
import { MULTI_TABLE_TOP, WINDOW_BITS } from './tables';

// An entry's symbols are loaded apart from its counts: V8 makes fewer instructions of two loads than of one load and shifts.

/** Stores the symbols of the next window and returns their bits (low 6 bits) | their number << 8. */
// @ts-ignore: decorator
@inline
function takeSeveral(top: usize, bits: u64, to: usize): usize {
  const entry = top + (<usize>(bits >> 53) << 3);
  store<u64>(to, load<u64>(entry, 2));
  return <usize>load<u16>(entry);
}

/** Up to 6 symbols a window, five windows a refill, four lanes side by side.
 *
 * Budget of one round, in each lane: 5 × 11 bits, so `at` moves back by at most 7 bytes; 5 × 6 symbols, and an 8-byte
 * store at the last of them, so 32 bytes at most beyond the target, inside the lane's own range. */
export function decodeMulti(lanes: usize, target: usize, bytes: usize, multiTable: usize, symbolTable: usize): i32 {
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
  const top = multiTable + MULTI_TABLE_TOP;

  for (;;) {
    const roundsIn = min(min(at0 - start0, at1 - start1), min(at2 - start2, at3 - start3)) / 7;
    const room = min(min(end0 - to0, end1 - to1), min(end2 - to2, end3 - to3));
    const roundsOut: usize = room < 32 ? 0 : (room - 2) / 30;
    let rounds = min(roundsIn, roundsOut);
    if (rounds == 0) break;
    do {
      let used0: usize;
      let used1: usize;
      let used2: usize;
      let used3: usize;
      // Five times: look up and store in every lane, then shift and step in every lane.
      used0 = takeSeveral(top, bits0, to0);
      used1 = takeSeveral(top, bits1, to1);
      used2 = takeSeveral(top, bits2, to2);
      used3 = takeSeveral(top, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 8;
      bits1 <<= <u64>used1; to1 += used1 >> 8;
      bits2 <<= <u64>used2; to2 += used2 >> 8;
      bits3 <<= <u64>used3; to3 += used3 >> 8;

      used0 = takeSeveral(top, bits0, to0);
      used1 = takeSeveral(top, bits1, to1);
      used2 = takeSeveral(top, bits2, to2);
      used3 = takeSeveral(top, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 8;
      bits1 <<= <u64>used1; to1 += used1 >> 8;
      bits2 <<= <u64>used2; to2 += used2 >> 8;
      bits3 <<= <u64>used3; to3 += used3 >> 8;

      used0 = takeSeveral(top, bits0, to0);
      used1 = takeSeveral(top, bits1, to1);
      used2 = takeSeveral(top, bits2, to2);
      used3 = takeSeveral(top, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 8;
      bits1 <<= <u64>used1; to1 += used1 >> 8;
      bits2 <<= <u64>used2; to2 += used2 >> 8;
      bits3 <<= <u64>used3; to3 += used3 >> 8;

      used0 = takeSeveral(top, bits0, to0);
      used1 = takeSeveral(top, bits1, to1);
      used2 = takeSeveral(top, bits2, to2);
      used3 = takeSeveral(top, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 8;
      bits1 <<= <u64>used1; to1 += used1 >> 8;
      bits2 <<= <u64>used2; to2 += used2 >> 8;
      bits3 <<= <u64>used3; to3 += used3 >> 8;

      used0 = takeSeveral(top, bits0, to0);
      used1 = takeSeveral(top, bits1, to1);
      used2 = takeSeveral(top, bits2, to2);
      used3 = takeSeveral(top, bits3, to3);
      bits0 <<= <u64>used0; to0 += used0 >> 8;
      bits1 <<= <u64>used1; to1 += used1 >> 8;
      bits2 <<= <u64>used2; to2 += used2 >> 8;
      bits3 <<= <u64>used3; to3 += used3 >> 8;

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

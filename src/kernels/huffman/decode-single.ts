// Decoding symbol by symbol: for planes with hardly any skew.

import { bitsLeft, finishLane, laneEndOf, laneStartOf, refillStep, refilled, startBits } from './lanes-decode';
import { WINDOW_BITS } from './tables';

/** One symbol a window, five windows a refill, four lanes side by side: for planes with hardly any skew.
 * Budget of one round, in each lane: 7 bytes of input as in `decodeMulti`, exactly 5 bytes of output. */
export function decodeSingle(lanes: usize, target: usize, bytes: usize, symbolTable: usize): i32 {
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
  const end3 = target + bytes;

  for (;;) {
    const roundsIn = min(min(at0 - start0, at1 - start1), min(at2 - start2, at3 - start3)) / 7;
    // The fourth lane is the shortest: where it ends, the others have at most three symbols more.
    let rounds = min(roundsIn, (end3 - to3) / 5);
    if (rounds == 0) break;
    do {
      let e0: u64;
      let e1: u64;
      let e2: u64;
      let e3: u64;
      // Five times: look up in every lane, then store and shift in every lane.
      e0 = <u64>load<u16>(symbolTable + (<usize>(bits0 >> 53) << 1));
      e1 = <u64>load<u16>(symbolTable + (<usize>(bits1 >> 53) << 1));
      e2 = <u64>load<u16>(symbolTable + (<usize>(bits2 >> 53) << 1));
      e3 = <u64>load<u16>(symbolTable + (<usize>(bits3 >> 53) << 1));
      store<u8>(to0, <u8>(e0 >> 8)); bits0 <<= e0;
      store<u8>(to1, <u8>(e1 >> 8)); bits1 <<= e1;
      store<u8>(to2, <u8>(e2 >> 8)); bits2 <<= e2;
      store<u8>(to3, <u8>(e3 >> 8)); bits3 <<= e3;

      e0 = <u64>load<u16>(symbolTable + (<usize>(bits0 >> 53) << 1));
      e1 = <u64>load<u16>(symbolTable + (<usize>(bits1 >> 53) << 1));
      e2 = <u64>load<u16>(symbolTable + (<usize>(bits2 >> 53) << 1));
      e3 = <u64>load<u16>(symbolTable + (<usize>(bits3 >> 53) << 1));
      store<u8>(to0, <u8>(e0 >> 8), 1); bits0 <<= e0;
      store<u8>(to1, <u8>(e1 >> 8), 1); bits1 <<= e1;
      store<u8>(to2, <u8>(e2 >> 8), 1); bits2 <<= e2;
      store<u8>(to3, <u8>(e3 >> 8), 1); bits3 <<= e3;

      e0 = <u64>load<u16>(symbolTable + (<usize>(bits0 >> 53) << 1));
      e1 = <u64>load<u16>(symbolTable + (<usize>(bits1 >> 53) << 1));
      e2 = <u64>load<u16>(symbolTable + (<usize>(bits2 >> 53) << 1));
      e3 = <u64>load<u16>(symbolTable + (<usize>(bits3 >> 53) << 1));
      store<u8>(to0, <u8>(e0 >> 8), 2); bits0 <<= e0;
      store<u8>(to1, <u8>(e1 >> 8), 2); bits1 <<= e1;
      store<u8>(to2, <u8>(e2 >> 8), 2); bits2 <<= e2;
      store<u8>(to3, <u8>(e3 >> 8), 2); bits3 <<= e3;

      e0 = <u64>load<u16>(symbolTable + (<usize>(bits0 >> 53) << 1));
      e1 = <u64>load<u16>(symbolTable + (<usize>(bits1 >> 53) << 1));
      e2 = <u64>load<u16>(symbolTable + (<usize>(bits2 >> 53) << 1));
      e3 = <u64>load<u16>(symbolTable + (<usize>(bits3 >> 53) << 1));
      store<u8>(to0, <u8>(e0 >> 8), 3); bits0 <<= e0;
      store<u8>(to1, <u8>(e1 >> 8), 3); bits1 <<= e1;
      store<u8>(to2, <u8>(e2 >> 8), 3); bits2 <<= e2;
      store<u8>(to3, <u8>(e3 >> 8), 3); bits3 <<= e3;

      e0 = <u64>load<u16>(symbolTable + (<usize>(bits0 >> 53) << 1));
      e1 = <u64>load<u16>(symbolTable + (<usize>(bits1 >> 53) << 1));
      e2 = <u64>load<u16>(symbolTable + (<usize>(bits2 >> 53) << 1));
      e3 = <u64>load<u16>(symbolTable + (<usize>(bits3 >> 53) << 1));
      store<u8>(to0, <u8>(e0 >> 8), 4); bits0 <<= e0;
      store<u8>(to1, <u8>(e1 >> 8), 4); bits1 <<= e1;
      store<u8>(to2, <u8>(e2 >> 8), 4); bits2 <<= e2;
      store<u8>(to3, <u8>(e3 >> 8), 4); bits3 <<= e3;

      to0 += 5; to1 += 5; to2 += 5; to3 += 5;
      at0 -= refillStep(bits0); bits0 = refilled(at0, bits0);
      at1 -= refillStep(bits1); bits1 = refilled(at1, bits1);
      at2 -= refillStep(bits2); bits2 = refilled(at2, bits2);
      at3 -= refillStep(bits3); bits3 = refilled(at3, bits3);
    } while (--rounds);
  }

  let error = finishLane(start0, bitsLeft(at0, start0, bits0), to0, end0, symbolTable, WINDOW_BITS);
  if (!error) error = finishLane(start1, bitsLeft(at1, start1, bits1), to1, end0 + laneSymbols, symbolTable, WINDOW_BITS);
  if (!error) error = finishLane(start2, bitsLeft(at2, start2, bits2), to2, end0 + 2 * laneSymbols, symbolTable, WINDOW_BITS);
  if (!error) error = finishLane(start3, bitsLeft(at3, start3, bits3), to3, end3, symbolTable, WINDOW_BITS);
  return error;
}

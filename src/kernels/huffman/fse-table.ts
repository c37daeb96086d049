// What both directions of the weights' FSE code need: how symbols are spread over the table's states
// (RFC 8878, section 4.1.1, "FSE decoding: from normalized distribution to decoding tables").

/** Symbols of this FSE code: weights 0 … 12. */
export const FSE_SYMBOLS: usize = 13;

/** Fills `symbols` (one byte a state) from the probabilities (i16 each, −1 = "less than one") of a table of 2^log states.
 * Leaves every state filled if the probabilities sum to 2^log, |−1| counted as 1. */
export function spreadSymbols(probabilities: usize, log: u32, symbols: usize): void {
  const stateCount: u32 = 1 << log;
  const mask = stateCount - 1;
  let highest = mask;
  for (let symbol: usize = 0; symbol < FSE_SYMBOLS; symbol++) {
    if (load<i16>(probabilities + (symbol << 1)) == -1) store<u8>(symbols + highest--, <u8>symbol);
  }
  const step = (stateCount >> 1) + (stateCount >> 3) + 3;
  let position: u32 = 0;
  for (let symbol: usize = 0; symbol < FSE_SYMBOLS; symbol++) {
    const probability = load<i16>(probabilities + (symbol << 1));
    for (let i: i32 = 0; i < probability; i++) {
      store<u8>(symbols + position, <u8>symbol);
      do {
        position = (position + step) & mask;
      } while (position > highest);
    }
  }
}

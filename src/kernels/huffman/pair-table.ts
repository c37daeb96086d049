// The decoding table of one or two symbols.

import { WINDOW_BITS } from './tables';

/** The window of the pair table: half of the pairs of 6.5-bit codes fit, and it still leaves room in a 32 KiB cache. */
export const PAIR_WINDOW_BITS: u32 = 13;
const PAIR_WINDOWS: usize = 1 << PAIR_WINDOW_BITS;
/** Tables are filled 16 entries at a time, in order: what goes too far is overwritten, or lands here. */
const PAIR_SLACK: usize = 16;
/** Where the symbols stand in a pair table: a u16 for each window, behind a u8 for each, its bits and number of symbols. */
export const PAIR_TABLE_SYMBOLS: usize = PAIR_WINDOWS + PAIR_SLACK;
/** Bytes for `buildPairTable`. */
export const PAIR_TABLE_BYTES: i32 = <i32>(PAIR_TABLE_SYMBOLS + 2 * (PAIR_WINDOWS + PAIR_SLACK));
/** Bytes of its working memory: tables of single symbols for windows of 2 … 12 bits, bits and symbols. */
export const PAIR_TABLE_WORK_BYTES: i32 = <i32>((PAIR_WINDOWS + 2 * PAIR_SLACK) * 2);

// An entry of the pair table: bits used (low 6 bits) | number of symbols << 6, and apart from it the symbols, the first one
// low. The loop waits for the bits before it can look up the next window, so they stand close together in the cache.

/** Where the table of `bits`-bit windows stands among those of single symbols: wider ones come first, so that a store that
 * goes past a short table hits only what is not made yet. */
// @ts-ignore: decorator
@inline
function singlesAt(bits: u32): usize {
  return PAIR_WINDOWS - (<usize>2 << bits);
}

// @ts-ignore: decorator
@inline
function evenBytes(low: v128, high: v128): v128 {
  return i8x16.shuffle(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}

// @ts-ignore: decorator
@inline
function oddBytes(low: v128, high: v128): v128 {
  return i8x16.shuffle(low, high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

// @ts-ignore: decorator
@inline
function storeInterleaved(target: usize, a: v128, b: v128): void {
  v128.store(target, i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
  v128.store(target, i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
}

/** Tables of single symbols, for what a window has left behind its first one: that of 11 bits from the symbol table, then
 * the wider one and the shorter ones, each from its neighbour. An entry of 0 bits: the next code does not fit. */
function buildSingles(symbolTable: usize, lengths: usize, symbols: usize): void {
  const oneSymbol = i8x16.splat(1 << 6);
  const given = singlesAt(WINDOW_BITS);
  for (let window: usize = 0; window < 1 << WINDOW_BITS; window += 16) {
    const low = v128.load(symbolTable + (window << 1));
    const high = v128.load(symbolTable + (window << 1), 16);
    v128.store(lengths + given + window, v128.or(evenBytes(low, high), oneSymbol));
    v128.store(symbols + given + window, oddBytes(low, high));
  }
  const wider = singlesAt(WINDOW_BITS + 1);
  for (let window: usize = 0; window < 1 << WINDOW_BITS; window += 16) {
    const someLengths = v128.load(lengths + given + window);
    const someSymbols = v128.load(symbols + given + window);
    storeInterleaved(lengths + wider + (window << 1), someLengths, someLengths);
    storeInterleaved(symbols + wider + (window << 1), someSymbols, someSymbols);
  }
  for (let bits = WINDOW_BITS - 1; bits >= PAIR_WINDOW_BITS - WINDOW_BITS; bits--) {
    const from = singlesAt(bits + 1);
    const to = singlesAt(bits);
    const longest = i8x16.splat(<i8>(bits | (1 << 6)));
    for (let window: usize = 0; window < 1 << bits; window += 16) {
      const fromLengths = lengths + from + (window << 1);
      const fromSymbols = symbols + from + (window << 1);
      const someLengths = evenBytes(v128.load(fromLengths), v128.load(fromLengths, 16));
      v128.store(lengths + to + window, v128.andnot(someLengths, i8x16.gt_s(someLengths, longest)));
      v128.store(symbols + to + window, evenBytes(v128.load(fromSymbols), v128.load(fromSymbols, 16)));
    }
  }
}

/** Fills the pair table from a symbol table of WINDOW_BITS: behind a first symbol of length l stand the single symbols of the
 * windows of PAIR_WINDOW_BITS − l bits, in order. */
export function buildPairTable(symbolTable: usize, table: usize, work: usize): void {
  const lengths = work;
  const symbols = work + PAIR_WINDOWS + 2 * PAIR_SLACK;
  buildSingles(symbolTable, lengths, symbols);
  for (let window: usize = 0; window < PAIR_WINDOWS; ) {
    const entry = <u32>load<u16>(symbolTable + ((window >> (PAIR_WINDOW_BITS - WINDOW_BITS)) << 1));
    const restBits = PAIR_WINDOW_BITS - (entry & 0xff);
    const rests = singlesAt(restBits);
    const firstLength = i8x16.splat(<i8>((entry & 0xff) | (1 << 6)));
    const firstSymbol = i8x16.splat(<i8>(entry >> 8));
    for (let rest: usize = 0; rest < 1 << restBits; rest += 16) {
      const target = table + window + rest;
      v128.store(target, i8x16.add(firstLength, v128.load(lengths + rests + rest)));
      const pairTarget = table + PAIR_TABLE_SYMBOLS + ((window + rest) << 1);
      storeInterleaved(pairTarget, firstSymbol, v128.load(symbols + rests + rest));
    }
    window += 1 << restBits;
  }
}

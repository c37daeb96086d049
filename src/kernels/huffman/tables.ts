// Decoding tables. Codes are canonical: in a table indexed by the next bits, the longest codes stand first, equal lengths
// in the order of their symbols (RFC 8878, section 4.2.1.3), so each symbol owns one run of entries.

/** The window of the fast loops: every code of HUFFMAN_WRITE_MAX_BITS bits or fewer fits. */
export const WINDOW_BITS: u32 = 11;

/** Bytes of a table for `buildSymbolTable`: a u16 for each window of up to 12 bits. */
export const SYMBOL_TABLE_BYTES: i32 = 8192;
/** Bytes for `buildMultiTable`: u64 tables of windows of 0 … 11 bits, the last one behind all others. */
export const MULTI_TABLE_BYTES: i32 = 32768;
/** Where the table of 11-bit windows starts in a multi table. */
export const MULTI_TABLE_TOP: usize = 16384;
/** Most symbols that an entry of the multi table yields. */
export const MULTI_SYMBOLS_MAX: usize = 6;

const RUN_COUNTS: usize = 64;
/** Bytes of working memory for both builders: a list of the used symbols in table order, behind 16 counters. */
export const TABLES_WORK_BYTES: i32 = <i32>(RUN_COUNTS + 256 * 4);

/** Fills `table` with an entry for each window of `windowBits` ≥ `maxBits` bits: symbol << 8 | length of its code.
 * `weights` must be complete for `maxBits`. */
export function buildSymbolTable(weights: usize, maxBits: u32, windowBits: u32, table: usize, work: usize): void {
  memory.fill(work, 0, RUN_COUNTS);
  for (let symbol: usize = 0; symbol < 256; symbol++) {
    const slot = work + (<usize>load<u8>(weights + symbol) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  // Counters become the first entry of each weight's symbols.
  const widen = windowBits - maxBits;
  let first: u32 = 0;
  for (let weight: u32 = 1; weight <= maxBits; weight++) {
    const slot = work + (weight << 2);
    const count = load<u32>(slot);
    store<u32>(slot, first);
    first += count << (weight - 1 + widen);
  }
  for (let symbol: u32 = 0; symbol < 256; symbol++) {
    const weight = <u32>load<u8>(weights + symbol);
    if (weight == 0) continue;
    const slot = work + (weight << 2);
    const run = load<u32>(slot);
    const runLength: u32 = 1 << (weight - 1 + widen);
    store<u32>(slot, run + runLength);
    fillEntries(table + (run << 1), runLength, (symbol << 8) | (maxBits + 1 - weight));
  }
}

function fillEntries(target: usize, count: u32, entry: u32): void {
  if (count >= 8) {
    const eight = i16x8.splat(<i16>entry);
    const end = target + (count << 1);
    for (; target < end; target += 16) v128.store(target, eight);
  } else {
    for (let i: u32 = 0; i < count; i++) store<u16>(target + (i << 1), <u16>entry);
  }
}

// An entry of the multi table: bits used (low 6 bits), number of symbols << 8, first symbol << 16, second << 24 …

/** The last symbol of a full entry given back, so that another fits in front. */
// @ts-ignore: decorator
@inline
function withoutLastSymbol(entry: u64, weights: usize, maxBits: u32): u64 {
  const length = <u64>(maxBits + 1 - load<u8>(weights + <usize>(entry >> 56)));
  return (entry & 0x00ffffffffffffff) - 0x100 - length;
}

/** Fills the multi table from a symbol table of WINDOW_BITS.
 *
 * Tables of windows of k = 0 … 11 bits, each twice as wide as the one before: the entries that begin with symbol s of
 * length l are those of the windows of k − l bits, in order, with s put in front. Table k starts at entry 2^k. */
export function buildMultiTable(weights: usize, maxBits: u32, symbolTable: usize, table: usize, work: usize): void {
  // The used symbols in table order, as (length | symbol << 8).
  const list = work + RUN_COUNTS;
  let listCount: usize = 0;
  for (let window: u32 = 0; window < 1 << WINDOW_BITS; ) {
    const entry = <u32>load<u16>(symbolTable + (window << 1));
    store<u32>(list + (listCount++ << 2), entry);
    window += 1 << (WINDOW_BITS - (entry & 0xff));
  }
  const hasOneBitCode = (load<u32>(list + ((listCount - 1) << 2)) & 0xff) == 1;
  store<u64>(table + 8, 0);
  let firstFitting = listCount;
  for (let k: u32 = 1; k <= WINDOW_BITS; k++) {
    while (firstFitting > 0 && (load<u32>(list + ((firstFitting - 1) << 2)) & 0xff) <= k) firstFitting--;
    const level = table + (<usize>8 << k);
    let at = level + (<usize>8 << k);
    for (let i = listCount; i-- > firstFitting; ) {
      const item = load<u32>(list + (i << 2));
      const length = item & 0xff;
      const count = <usize>1 << (k - length);
      at -= count << 3;
      const tail = table + (count << 3);
      const front = <u64>length | 0x100 | (<u64>(item >> 8) << 16);
      if (hasOneBitCode) prependCapped(at, tail, count, front, weights, maxBits);
      else prepend(at, tail, count, front);
    }
    // Windows too short for the code they begin with.
    memory.fill(level, 0, at - level);
  }
}

function prepend(target: usize, tail: usize, count: usize, front: u64): void {
  if (count == 1) {
    const entry = load<u64>(tail);
    store<u64>(target, ((entry & ~0xffff) << 8) + (entry & 0xffff) + front);
    return;
  }
  const fields = i64x2.splat(0xffff);
  const fronts = i64x2.splat(front);
  const end = target + (count << 3);
  for (; target < end; target += 16, tail += 16) {
    const two = v128.load(tail);
    const symbols = i64x2.shl(v128.andnot(two, fields), 8);
    v128.store(target, i64x2.add(v128.or(symbols, v128.and(two, fields)), fronts));
  }
}

/** As `prepend`, for codes with a 1-bit symbol, where a window may hold more symbols than an entry. */
function prependCapped(target: usize, tail: usize, count: usize, front: u64, weights: usize, maxBits: u32): void {
  for (let i: usize = 0; i < count; i++) {
    let entry = load<u64>(tail + (i << 3));
    if (((entry >> 8) & 0xff) == MULTI_SYMBOLS_MAX) entry = withoutLastSymbol(entry, weights, maxBits);
    store<u64>(target + (i << 3), ((entry & ~0xffff) << 8) + (entry & 0xffff) + front);
  }
}

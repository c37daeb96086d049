// How often each byte value occurs in a plane, exactly or in a sample.

/** Bytes of a histogram: 256 u32. */
export const HISTOGRAM_BYTES: i32 = 1024;
/** Bytes of working memory for `histogram`: three more histograms. */
export const HISTOGRAM_WORK_BYTES: i32 = 3072;
/** Bytes that `sampleCollisions` looks at. */
export const SAMPLE_BYTES: i32 = 4096;

const SAMPLE_SLICES: usize = 16;
const SAMPLE_SLICE_BYTES: usize = 256;

// @ts-ignore: decorator
@inline
function count(table: usize, symbol: usize): void {
  const slot = table + (symbol << 2);
  store<u32>(slot, load<u32>(slot) + 1);
}

/** Counts the bytes at `source` into the 256 u32 at `counts`.
 * Four tables take turns: in a skewed plane the same counter comes up again at once, and an increment that waits for the
 * store before it would halve the speed. Bytes are loaded one by one: that is one instruction each, and cutting them out of a
 * word is two. */
export function histogram(source: usize, bytes: usize, counts: usize, work: usize): void {
  memory.fill(counts, 0, HISTOGRAM_BYTES);
  memory.fill(work, 0, HISTOGRAM_WORK_BYTES);
  const table1 = work;
  const table2 = work + 1024;
  const table3 = work + 2048;
  const end = source + bytes;
  const runEnd = source + (bytes & ~7);
  while (source < runEnd) {
    count(counts, load<u8>(source));
    count(table1, load<u8>(source, 1));
    count(table2, load<u8>(source, 2));
    count(table3, load<u8>(source, 3));
    count(counts, load<u8>(source, 4));
    count(table1, load<u8>(source, 5));
    count(table2, load<u8>(source, 6));
    count(table3, load<u8>(source, 7));
    source += 8;
  }
  while (source < end) count(counts, load<u8>(source++));
  for (let offset: usize = 0; offset < 1024; offset += 16) {
    const sum = i32x4.add(
      i32x4.add(v128.load(counts + offset), v128.load(table1 + offset)),
      i32x4.add(v128.load(table2 + offset), v128.load(table3 + offset)),
    );
    v128.store(counts + offset, sum);
  }
}

/** Σ count² over a sample of SAMPLE_BYTES bytes in 16 evenly spread slices; `bytes` ≥ SAMPLE_BYTES.
 * The sum tells a flat plane from a skewed one: the collision entropy −log2(Σ p²) never exceeds Shannon's, so a small
 * sum proves that no code can shrink the sample. `counts` is working memory of HISTOGRAM_BYTES. */
export function sampleCollisions(source: usize, bytes: usize, counts: usize): u32 {
  memory.fill(counts, 0, HISTOGRAM_BYTES);
  const stride = (bytes - SAMPLE_SLICE_BYTES) / (SAMPLE_SLICES - 1);
  for (let slice: usize = 0; slice < SAMPLE_SLICES; slice++) {
    const start = source + slice * stride;
    for (let offset: usize = 0; offset < SAMPLE_SLICE_BYTES; offset += 4) {
      const word = load<u32>(start + offset);
      count(counts, word & 0xff);
      count(counts, (word >> 8) & 0xff);
      count(counts, (word >> 16) & 0xff);
      count(counts, word >> 24);
    }
  }
  let sum = i32x4.splat(0);
  for (let offset: usize = 0; offset < 1024; offset += 16) {
    const four = v128.load(counts + offset);
    sum = i32x4.add(sum, i32x4.mul(four, four));
  }
  return (
    i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3)
  );
}

/** 1 if all `bytes` ≥ 1 bytes at `source` are equal, else 0. */
export function isConstant(source: usize, bytes: usize): i32 {
  const first = load<u8>(source);
  const firsts = i8x16.splat(first);
  const end = source + bytes;
  const vectorEnd = source + (bytes & ~15);
  for (; source < vectorEnd; source += 16) {
    if (v128.any_true(v128.xor(v128.load(source), firsts))) return 0;
  }
  for (; source < end; source++) {
    if (load<u8>(source) != first) return 0;
  }
  return 1;
}

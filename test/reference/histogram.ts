/** How often each byte value occurs: 256 counts. */
export function histogram(bytes: Uint8Array): number[] {
  const counts = new Array<number>(256).fill(0);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  return counts;
}

/** Whether a sample of a plane by pairs looks at the symbol at `index`: in each 2048 symbols at `sliceSymbols`, 512 where it
 * counts, which begin 584 symbols further than in the 2048 before, modulo what leaves room for them. */
export function isSampled(index: number, sliceSymbols = 512): boolean {
  const start = (Math.floor(index / 2048) * 584) % (2048 - sliceSymbols);
  const offset = index % 2048;
  return offset >= start && offset < start + sliceSymbols;
}

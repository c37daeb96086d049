/** How often each byte value occurs: 256 counts. */
export function histogram(bytes: Uint8Array): number[] {
  const counts = new Array<number>(256).fill(0);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  return counts;
}

/** Whether the sample of a plane by pairs looks at the symbol at `index`: in each 2048 symbols at 512, which begin 584 symbols
 * further than in the 2048 before, modulo 1536. */
export function isSampled(index: number): boolean {
  const start = (Math.floor(index / 2048) * 584) % 1536;
  const offset = index % 2048;
  return offset >= start && offset < start + 512;
}

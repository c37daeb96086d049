// Bit order of zstd's entropy coders, spelled out with strings of '0' and '1': slow, and hard to get wrong.

/** Bits of a backward bitstream (RFC 8878, section 4.1.1 and 4.2.2), in the order in which a decoder meets them: from the bit
 * below the end mark in the last byte down to the lowest bit of the first byte. `undefined` if there is no end mark. */
export function backwardBits(stream: Uint8Array): string | undefined {
  const bits = [...stream]
    .reverse()
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  const endMark = bits.slice(0, 8).indexOf('1');
  return endMark < 0 ? undefined : bits.slice(endMark + 1);
}

/** The bytes of a backward bitstream in which a decoder meets `bits`, the inverse of {@link backwardBits}. */
export function backwardStream(bits: string): Uint8Array {
  const marked = `1${bits}`;
  const padded = marked.padStart(Math.ceil(marked.length / 8) * 8, '0');
  const bytes = new Uint8Array(padded.length / 8);
  for (let index = 0; index < bytes.length; index++) {
    bytes[bytes.length - 1 - index] = Number.parseInt(padded.slice(index * 8, index * 8 + 8), 2);
  }
  return bytes;
}

/** `value` as `bitCount` characters, highest bit first. */
export function toBits(value: number, bitCount: number): string {
  return bitCount === 0 ? '' : value.toString(2).padStart(bitCount, '0');
}

/** The number that the characters from `start` on spell, highest bit first; bits past the end are 0. */
export function fromBits(bits: string, start: number, bitCount: number): number {
  if (bitCount === 0) return 0;
  return Number.parseInt(bits.slice(start, start + bitCount).padEnd(bitCount, '0'), 2);
}

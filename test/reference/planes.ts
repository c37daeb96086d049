// The transform of a chunk and its inverse, one byte at a time. docs/format.md, "Transform of a chunk".

/** The planes of a chunk, plane 0 (least significant bytes) first. A remainder goes to the first planes, a byte each.
 * `rotated` means nothing for one plane: ZipNN sets the byte for 8-bit types and does not obey it there. */
export function splitPlanes(chunk: Uint8Array, planeCount: 1 | 2 | 4, rotated: boolean): Uint8Array[] {
  const bytes = rotated ? mapWords(chunk, planeCount, rotateWord) : chunk;
  return Array.from({ length: planeCount }, (_, plane) =>
    Uint8Array.from(
      [...bytes.keys()].filter((offset) => offset % planeCount === plane),
      (at) => bytes[at] ?? 0,
    ),
  );
}

/** The chunk whose planes these are: the inverse of {@link splitPlanes}. */
export function mergePlanes(planes: readonly Uint8Array[], rotated: boolean): Uint8Array {
  const planeCount = planes.length as 1 | 2 | 4;
  const chunk = new Uint8Array(planes.reduce((total, plane) => total + plane.length, 0));
  planes.forEach((plane, planeIndex) => {
    plane.forEach((byte, element) => {
      chunk[element * planeCount + planeIndex] = byte;
    });
  });
  return rotated ? mapWords(chunk, planeCount, unrotateWord) : chunk;
}

/** The whole 32-bit words are mapped, the last 0 to 3 bytes stay: so the last of an odd number of 16-bit elements does. */
function mapWords(
  chunk: Uint8Array,
  planeCount: 1 | 2 | 4,
  map: (word: number, planeCount: 2 | 4) => number,
): Uint8Array {
  const mapped = chunk.slice();
  if (planeCount === 1) return mapped;
  const view = new DataView(mapped.buffer);
  for (let offset = 0; offset + 4 <= mapped.length; offset += 4) {
    view.setUint32(offset, map(view.getUint32(offset, true), planeCount), true);
  }
  return mapped;
}

/** The sign moves from the top of the element to just below the exponent, which moves up by one. */
function rotateWord(word: number, planeCount: 2 | 4): number {
  return planeCount === 2
    ? (((word << 1) & 0xff00ff00) | ((word >>> 8) & 0x00800080) | (word & 0x007f007f)) >>> 0
    : (((word << 1) & 0xff000000) | ((word >>> 8) & 0x00800000) | (word & 0x007fffff)) >>> 0;
}

function unrotateWord(word: number, planeCount: 2 | 4): number {
  return planeCount === 2
    ? (((word >>> 1) & 0x7f807f80) | ((word << 8) & 0x80008000) | (word & 0x007f007f)) >>> 0
    : (((word >>> 1) & 0x7f800000) | ((word << 8) & 0x80000000) | (word & 0x007fffff)) >>> 0;
}

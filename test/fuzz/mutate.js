// Mutations of bytes: small ones that keep most of a structure, and values that sizes are often wrong by.

/** A source of 32-bit integers, from 0.
 * @typedef {() => number} Random */

const ODD_U64 = [
  0n,
  1n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  1n << 53n,
  1n << 63n,
  (1n << 64n) - 1n,
];
const ODD_BYTES = [0, 1, 2, 127, 128, 129, 254, 255];
const CHANGES_MAX = 4;

/** A changed copy of `input`, sometimes with a piece of `other`.
 * @param {Uint8Array} input @param {Uint8Array} other @param {Random} random @returns {Uint8Array} */
export function mutate(input, other, random) {
  /** @type {Uint8Array} */
  let bytes = Uint8Array.from(input);
  for (let left = 1 + (random() % CHANGES_MAX); left > 0; left--) bytes = changed(bytes, other, random);
  return bytes;
}

/** @param {Uint8Array} bytes @param {Uint8Array} other @param {Random} random @returns {Uint8Array} */
function changed(bytes, other, random) {
  const below = (/** @type {number} */ limit) => (limit > 0 ? random() % limit : 0);
  // Headers and tables stand in front, ends of lanes and trailers behind.
  const near = Math.min(bytes.length, 64);
  const at =
    [below(near), below(near), Math.max(0, bytes.length - 1 - below(near)), below(bytes.length)][
      random() % 4
    ] ?? 0;
  switch (random() % 9) {
    case 0:
      return withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << below(8)));
    case 1:
      return withByte(bytes, at, ODD_BYTES[below(ODD_BYTES.length)] ?? 0);
    case 2:
      return withByte(bytes, at, (bytes[at] ?? 0) + (random() & 1 ? 1 : -1));
    case 3:
      return withU64(bytes, at, ODD_U64[below(ODD_U64.length)] ?? 0n);
    case 4:
      return withU64(bytes, at & ~7, ODD_U64[below(ODD_U64.length)] ?? 0n);
    case 5:
      return bytes.slice(0, at);
    case 6:
      return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + below(8)));
    case 7:
      return joined(bytes.subarray(0, at), bytes.subarray(at, at + 1 + below(16)), bytes.subarray(at));
    default: {
      const from = below(other.length);
      const piece = other.subarray(from, from + 1 + below(32));
      return joined(bytes.subarray(0, at), piece, bytes.subarray(random() & 1 ? at : at + piece.length));
    }
  }
}

/** @param {Uint8Array} bytes @param {number} at @param {number} value */
function withByte(bytes, at, value) {
  bytes[at] = value;
  return bytes;
}

/** @param {Uint8Array} bytes @param {number} at @param {bigint} value */
function withU64(bytes, at, value) {
  if (at + 8 <= bytes.length) new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(at, value, true);
  return bytes;
}

/** @param {Uint8Array[]} parts */
function joined(...parts) {
  return Uint8Array.from(Buffer.concat(parts));
}

// The JSON of an original's header, as a container's index keeps it.

import { createRequire } from 'node:module';
import type * as Fflate from 'fflate';
import { ZnnError } from '../errors.js';

/** Not the level that gains most: level 9 takes twice the time for 0.1 %. */
const DEFLATE_LEVEL = 6;
/** Deflate's best: 258 bytes in 2 bits. */
const INFLATE_FACTOR_MAX = 1032;
/** What inflates at a time: an inflated piece is at most INFLATE_FACTOR_MAX times as long. */
const INFLATE_PIECE_BYTES = 1 << 14;

let loaded: typeof Fflate | undefined;

/** fflate, loaded when a container first needs it: it makes its tables as it is loaded, which takes 5 ms. */
function fflate(): typeof Fflate {
  loaded ??= createRequire(import.meta.url)('../../dist/layout/fflate.cjs') as typeof Fflate;
  return loaded;
}

/** A JSON header, deflated to the same bytes on every machine. The one that Node brings differs between versions and
 * processors. */
export function deflateJson(json: Uint8Array): Uint8Array {
  return fflate().deflateSync(json, { level: DEFLATE_LEVEL });
}

/** Exactly `headerBytes` bytes. A stream that would give more is given up as soon as it has.
 * @throws ZnnError `corrupt` */
export function inflateJson(deflated: Uint8Array, headerBytes: number): Uint8Array {
  // Before memory is taken for it.
  if (headerBytes > deflated.length * INFLATE_FACTOR_MAX) {
    throw new ZnnError(
      'corrupt',
      `frame index: ${deflated.length} bytes of header do not inflate to ${headerBytes}`,
    );
  }
  const json = new Uint8Array(headerBytes);
  let filledBytes = 0;
  const inflate = new (fflate().Inflate)((piece) => {
    if (filledBytes + piece.length > headerBytes) {
      throw new ZnnError('corrupt', `frame index: header inflates to more than ${headerBytes} bytes`);
    }
    json.set(piece, filledBytes);
    filledBytes += piece.length;
  });
  try {
    for (let offset = 0; offset < deflated.length; offset += INFLATE_PIECE_BYTES) {
      const piece = deflated.subarray(offset, offset + INFLATE_PIECE_BYTES);
      inflate.push(piece, offset + INFLATE_PIECE_BYTES >= deflated.length);
    }
  } catch (cause) {
    if (cause instanceof ZnnError) throw cause;
    throw new ZnnError('corrupt', 'frame index: header does not inflate', {}, cause);
  }
  if (filledBytes !== headerBytes) {
    throw new ZnnError('corrupt', `frame index: header inflates to ${filledBytes} bytes, not ${headerBytes}`);
  }
  return json;
}

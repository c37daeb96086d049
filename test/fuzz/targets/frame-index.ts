import { FRAME_HEADER_BYTES } from '../../../src/format/frame/constants.js';
import { INDEX_TRAILER_BYTES } from '../../../src/format/frame-index/fields.js';
import { decodeIndexDocument } from '../../../src/format/frame-index/index-decode.js';
import { encodeIndexFrame } from '../../../src/format/frame-index/index-encode.js';
import { checksum } from '../decode-product.js';
import { Finding, type FuzzTarget, outcomeOf } from '../target.js';

const INDEXED = {
  originalBytes: 4_000_000_000,
  frames: [1, 2, 3].map((index) => ({
    frameOffset: index * 70_000,
    encodedBytes: 70_000,
    rawBytes: 100_000 * index,
    encoding: 'bf16' as const,
    checksum: 0x0123_4567_89ab_cdefn * BigInt(index),
  })),
};
const BASE = { name: 'base.safetensors', baseBytes: 5_000_000_000, sha256: 'cd'.repeat(32) };
const DELTA = {
  ...INDEXED,
  base: BASE,
  frames: INDEXED.frames.map((frame, i) => (i === 1 ? frame : { ...frame, baseOffset: 8 * i })),
};

/** The msgpack document alone, under a trailer that is right for it: a checksum keeps no attacker out. */
export const frameIndex: FuzzTarget = {
  name: 'frame-index',
  corpus: () =>
    [INDEXED, { ...INDEXED, sha256: 'ab'.repeat(32) }, { originalBytes: 0, frames: [] }, DELTA].map((file) =>
      encodeIndexFrame(file, checksum).slice(FRAME_HEADER_BYTES, -INDEX_TRAILER_BYTES),
    ),
  run(input) {
    const trailer = { documentBytes: input.length, documentChecksum: checksum(input) };
    return outcomeOf(
      () => decodeIndexDocument(input, trailer, checksum),
      ({ originalBytes, frames, base }) => {
        const numbers = frames.flatMap(
          ({ frameOffset, encodedBytes, rawBytes, dtypeCode, baseOffset = 0 }) => [
            ...[frameOffset, encodedBytes, rawBytes, dtypeCode, baseOffset],
          ],
        );
        const all = [originalBytes, base?.baseBytes ?? 0, ...numbers];
        if (all.some((number) => !Number.isSafeInteger(number) || number < 0))
          throw new Finding(`numbers ${all}`);
      },
    );
  },
};

import { decodeFrame } from '../../codec/decode/decode-frame.js';
import type { Kernels } from '../../codec/kernels.js';
import { RAW } from '../../codec/memory.js';
import { toZnnError } from '../../errors.js';
import type { DecodeFrame } from '../../format/frame/frames.js';
import { readerOf, undoDelta } from './decompress-share.js';

/** What the frames hold, from the first byte to the last, in pieces; each is valid until the next one is asked for.
 * For those who need the bytes in order, and one thread's speed is enough.
 * @throws ZnnError `corrupt`, `truncated` or `io`, with `where.frame` and `where.offset` */
export function* decodeInOrder(
  kernels: Kernels,
  sourceFd: number,
  frames: readonly DecodeFrame[],
  baseFd: number | undefined,
): Generator<Uint8Array> {
  const readInto = readerOf(sourceFd);
  for (const [frameIndex, frame] of frames.entries()) {
    try {
      for (const run of decodeFrame(kernels, readInto, frame)) {
        undoDelta(kernels, baseFd, frame, run);
        yield kernels.bytes.subarray(RAW, RAW + run.rawEnd - run.rawStart);
      }
    } catch (error) {
      throw toZnnError(error, { frame: frameIndex, offset: frame.frameOffset });
    }
  }
}

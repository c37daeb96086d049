import { decodeUnitsOf } from '../../codec/decode/decode-runs.js';
import type { Kernels } from '../../codec/kernels.js';
import { RAW } from '../../codec/memory.js';
import { toZnnError } from '../../errors.js';
import type { DecodeFrame } from '../../format/frame/frames.js';
import { decodeRun, undoDelta } from './decompress-share.js';

/** What the frames hold, from the first byte to the last, in pieces; each is valid until the next one is asked for.
 * For those who need the bytes in order, and one thread's speed is enough. No content checksum is compared.
 * @throws ZnnError `corrupt`, `truncated` or `io`, with `where.frame` and `where.offset` */
export function* decodeInOrder(
  kernels: Kernels,
  sourceFd: number,
  frames: readonly DecodeFrame[],
  baseFd: number | undefined,
): Generator<Uint8Array> {
  for (const [frameIndex, frame] of frames.entries()) {
    for (const run of decodeUnitsOf(frame, frameIndex).flatMap(({ runs }) => runs)) {
      try {
        decodeRun(kernels, sourceFd, frame, run);
        undoDelta(kernels, baseFd, frame, run);
      } catch (error) {
        throw toZnnError(error, { frame: frameIndex, offset: frame.frameOffset });
      }
      yield kernels.bytes.subarray(RAW, RAW + run.rawEnd - run.rawStart);
    }
  }
}

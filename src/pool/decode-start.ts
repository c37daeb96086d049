import { decodeUnitsOf } from '../codec/decode-runs.js';
import type { Kernels } from '../codec/kernels.js';
import { RAW } from '../codec/memory.js';
import { toZnnError } from '../errors.js';
import type { DecodeFrame } from '../format/frames.js';
import { decodeRun } from './decompress-share.js';

/** The first `rawBytes` bytes of what the frames hold, for a look at a header. No checksum is compared, since none
 * covers a part of a frame.
 * @throws ZnnError `corrupt`, `truncated` or `io`, with `where.frame` and `where.offset` */
export function decodeStart(
  kernels: Kernels,
  sourceFd: number,
  frames: readonly DecodeFrame[],
  rawBytes: number,
): Uint8Array {
  const start = new Uint8Array(rawBytes);
  for (const [frameIndex, frame] of frames.entries()) {
    for (const run of decodeUnitsOf([frame]).flatMap(({ runs }) => runs)) {
      const offset = frame.rawOffset + run.rawStart;
      if (offset >= rawBytes) return start;
      try {
        decodeRun(kernels, sourceFd, frame, run);
      } catch (error) {
        throw toZnnError(error, { frame: frameIndex, offset: frame.frameOffset });
      }
      const runBytes = Math.min(run.rawEnd - run.rawStart, rawBytes - offset);
      start.set(kernels.bytes.subarray(RAW, RAW + runBytes), offset);
    }
  }
  return start;
}

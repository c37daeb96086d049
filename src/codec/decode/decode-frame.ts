import { ZnnError } from '../../errors.js';
import type { DecodeFrame } from '../../format/frame/frames.js';
import type { Kernels } from '../kernels.js';
import { type DecodeRun, decodeUnitsOf } from './decode-runs.js';
import { decodeUnit } from './decode-unit.js';
import type { ReadInto } from './load-run.js';

/** Decodes a frame, run by run, each a few MiB at the most: a run that is yielded stands at RAW until the next one is asked for. What a checksum
 * covers has been compared before the last of its runs is yielded. Of a delta file these are the bytes that were encoded: the base that they
 * were XORed with is the caller's.
 * @param readInto gives the frame's encoded bytes, from a file or, by {@link readerOfBytes}, from memory
 * @throws ZnnError `corrupt` or `truncated`, and what `readInto` throws */
export function* decodeFrame(kernels: Kernels, readInto: ReadInto, frame: DecodeFrame): Generator<DecodeRun> {
  for (const unit of decodeUnitsOf(frame, 0)) yield* decodeUnit(kernels, readInto, frame, unit);
}

/** Reads from memory: bytes that somebody fetched.
 * @param startOffset where they stand in their file, as a frame's `frameOffset` counts
 * @throws ZnnError `truncated` when asked for what is not among them */
export function readerOfBytes(bytes: Uint8Array, startOffset: number): ReadInto {
  return (view, offset) => {
    const start = offset - startOffset;
    const missingBytes = Math.max(-start, start + view.length - bytes.length);
    if (missingBytes > 0)
      throw new ZnnError('truncated', `read: ${missingBytes} bytes beyond those that are there`, { offset });
    view.set(bytes.subarray(start, start + view.length));
  };
}

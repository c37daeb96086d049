import { checksumAt } from '../codec/checksum.js';
import { encodeFrame, type FrameParts } from '../codec/encode-frame.js';
import type { Kernels } from '../codec/kernels.js';
import { RAW } from '../codec/memory.js';
import type { FramePlan } from '../format/frames.js';

/** What the frame whose raw bytes stand at RAW becomes: no parts if it is a tensor's and not small enough, the raw bytes
 * themselves if it is stored. */
export function encodeLoaded(kernels: Kernels, frame: FramePlan, promisesFrameIndex: boolean): FrameParts {
  if (frame.isStored) return storeLoaded(kernels, frame.rawBytes);
  const encoded = encodeFrame(kernels, frame.rawBytes, frame.encoding, promisesFrameIndex, frame.tensor);
  if (frame.tensor === undefined || encoded.encodedBytes < frame.tensor.limitBytes) return encoded;
  return { ...encoded, encodedBytes: 0, parts: [] };
}

/** The first `rawBytes` bytes at RAW as they are. */
export function storeLoaded(kernels: Kernels, rawBytes: number): FrameParts {
  const parts = [kernels.bytes.subarray(RAW, RAW + rawBytes)];
  return { encoding: 'bytes', encodedBytes: rawBytes, checksum: checksumAt(kernels, RAW, rawBytes), parts };
}

import { checksumAt } from '../../codec/checksum.js';
import { encodeFrame, type FrameParts } from '../../codec/encode/encode-frame.js';
import type { RunPlaces } from '../../codec/encode/encode-run.js';
import type { Kernels } from '../../codec/kernels.js';
import { ENCODED, RAW } from '../../codec/memory.js';
import type { FramePlan } from '../../format/frame/frames.js';
import type { CompressJob } from '../job/protocol.js';
import { xorWithBase } from '../xor-base.js';

type FrameSettings = Pick<CompressJob, 'hasFrameIndex' | 'baseFd' | 'delta'>;

/** What a frame becomes: no parts if it is a tensor's and not small enough, the raw bytes themselves if it is stored. Its raw bytes
 * stand at RAW, unless `places` says otherwise of one that is read in pieces.
 * @throws ZnnError `io` when the base cannot be read, and what `places` throws */
export function encodePlanned(
  kernels: Kernels,
  frame: FramePlan,
  settings: FrameSettings,
  places: RunPlaces = {},
): FrameParts {
  const { rawBytes, encoding, baseOffset, tensor } = frame;
  const { baseFd, delta = 0, hasFrameIndex } = settings;
  if (frame.isStored) return storeLoaded(kernels, rawBytes);
  if (baseFd !== undefined && baseOffset !== undefined)
    xorWithBase(kernels, baseFd, baseOffset, rawBytes, places.region ?? ENCODED);
  const encoded = encodeFrame(kernels, rawBytes, encoding, hasFrameIndex, { delta, ...tensor }, places);
  if (frame.tensor === undefined || encoded.encodedBytes < frame.tensor.limitBytes) return encoded;
  return { ...encoded, encodedBytes: 0, parts: [] };
}

/** The first `rawBytes` bytes at RAW as they are. */
export function storeLoaded(kernels: Kernels, rawBytes: number): FrameParts {
  const parts = [kernels.bytes.subarray(RAW, RAW + rawBytes)];
  return { encoding: 'bytes', encodedBytes: rawBytes, checksum: checksumAt(kernels, RAW, rawBytes), parts };
}

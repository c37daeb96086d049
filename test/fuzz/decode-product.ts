// The product's codec on files in memory.

import { checksumOf } from '../../src/codec/checksum.js';
import { instantiateKernels } from '../../src/codec/kernels.js';
import { FRAME_RAW_BYTES } from '../../src/format/frame/constants.js';
import type { EncodingChoice } from '../../src/format/frame/dtypes.js';
import type { EncodedFrame, FramePlan } from '../../src/format/frame/frames.js';
import { encodeEmptyFrame, encodeIndexFrame } from '../../src/format/frame-index/index-encode.js';
import { compileKernels } from '../../src/io/kernels-file.js';
import { planDecompression } from '../../src/layout/decode/decode-plan.js';
import { planContainer } from '../../src/layout/encode/container-encode-plan.js';
import { containerHeader, planStoredPart } from '../../src/layout/encode/container-parts.js';
import { planCompression } from '../../src/layout/encode/encode-plan.js';
import type { DecompressPlan } from '../../src/layout/plans.js';
import { JobControl } from '../../src/pool/job/job-control.js';
import { shareJob } from '../../src/pool/job/share.js';
import { doAll } from '../../src/pool/job/steps.js';
import { memorySource } from '../support/memory-source.js';
import { withMemoryFiles } from './memory-files.js';

const kernels = instantiateKernels(compileKernels());

export const checksum = (bytes: Uint8Array): bigint => checksumOf(kernels, bytes);

/** @throws ZnnError */
export function planOf(file: Uint8Array): DecompressPlan {
  return planDecompression(memorySource(file), checksum);
}

/** @param base what a delta file is decoded against
 * @throws ZnnError */
export function decodeByProduct(
  file: Uint8Array,
  plan: DecompressPlan,
  base: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const raw = new Uint8Array(plan.rawBytes);
  raw.set(plan.prefix ?? []);
  withMemoryFiles([file, raw, base], (sourceFd = -1, targetFd = -1, baseFd = -1) => {
    const job = { kind: 'decompress', sourceFd, targetFd, baseFd, frames: plan.frames } as const;
    doAll(shareJob(kernels, job, JobControl.create(job)));
  });
  return raw;
}

interface CompressOptions {
  readonly hasFrameIndex?: boolean;
  readonly encoding?: EncodingChoice | undefined;
  /** Frames are cut to this. */
  readonly frameBytes?: number;
}

/** What `znn compress` makes of these bytes. */
export function compressByProduct(
  raw: Uint8Array,
  { hasFrameIndex = true, encoding = 'auto', frameBytes = FRAME_RAW_BYTES }: CompressOptions = {},
): Uint8Array {
  const plan = planCompression(memorySource(raw), { encoding, isNamedSafetensors: false });
  const frames = plan.frames.flatMap((frame) => cut(frame, frameBytes));
  const encoded = encode(raw, frames, 0, hasFrameIndex);
  const index = encodeIndexFrame({ originalBytes: raw.length, frames: encoded.frames }, checksum);
  const ending = hasFrameIndex ? index : raw.length === 0 ? encodeEmptyFrame() : new Uint8Array(0);
  return Uint8Array.from(Buffer.concat([encoded.bytes, ending]));
}

/** What `znn compress --format safetensors` makes of these bytes: run/verbs/compress-container.ts, on memory. */
export function containerByProduct(raw: Uint8Array): Uint8Array {
  const { container: layout, frames: plans } = planContainer(memorySource(raw), {
    allDtypes: false,
    sha256: false,
  });
  const encoded = encode(raw, plans, layout.reservedBytes, false);
  const stored = planStoredPart(layout, encoded.frames, plans, encoded.bytes.length);
  const copied = encode(raw, stored.frames, stored.startOffset, false);
  const file = Uint8Array.from(copied.bytes);
  file.set(encoded.bytes);
  const parts = { plans, encoded: encoded.frames, stored, copied: copied.frames };
  file.set(containerHeader(layout, parts, { sha256: undefined, checksum }));
  return file;
}

/** Pieces that hold whole elements of any dtype. */
function cut(frame: FramePlan, frameBytes: number): FramePlan[] {
  const pieceBytes = Math.max(8, frameBytes - (frameBytes % 8));
  if (frame.rawBytes <= pieceBytes) return [frame];
  return Array.from({ length: Math.ceil(frame.rawBytes / pieceBytes) }, (_, i) => ({
    ...frame,
    rawOffset: frame.rawOffset + i * pieceBytes,
    rawBytes: Math.min(pieceBytes, frame.rawBytes - i * pieceBytes),
  }));
}

function encode(
  raw: Uint8Array,
  frames: readonly FramePlan[],
  targetOffset: number,
  hasFrameIndex: boolean,
): { bytes: Uint8Array; frames: EncodedFrame[] } {
  const target = new Uint8Array(targetOffset + 2 * raw.length + 100 * (frames.length + 1));
  return withMemoryFiles([raw, target], (sourceFd = -1, targetFd = -1) => {
    const job = { kind: 'compress', sourceFd, targetFd, frames, hasFrameIndex, targetOffset } as const;
    const control = JobControl.create(job);
    doAll(shareJob(kernels, job, control));
    const done = frames.map((_, index) => control.records.frame(index));
    return { bytes: target.subarray(0, control.encodedBytes()), frames: done };
  });
}

// The product's codec on files in memory.

import { checksumOf } from '../../src/codec/checksum.js';
import { compileKernels, instantiateKernels } from '../../src/codec/kernels.js';
import { encodeEmptyFrame, encodeIndexFrame } from '../../src/format/frame-index-encode.js';
import { planCompression } from '../../src/plan/compress-plan.js';
import { planDecompression } from '../../src/plan/decompress-plan.js';
import type { DecompressPlan } from '../../src/plan/types.js';
import { JobControl } from '../../src/pool/job-control.js';
import { shareJob } from '../../src/pool/share.js';
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
    shareJob(kernels, job, JobControl.create(job));
  });
  return raw;
}

/** What `znn compress` makes of these bytes. */
export function compressByProduct(raw: Uint8Array, hasFrameIndex = true): Uint8Array {
  const { frames } = planCompression(memorySource(raw), { encoding: 'auto', isNamedSafetensors: false });
  const encoded = new Uint8Array(2 * raw.length + 100 * (frames.length + 1));
  return withMemoryFiles([raw, encoded], (sourceFd = -1, targetFd = -1) => {
    const job = { kind: 'compress', sourceFd, targetFd, frames, hasFrameIndex } as const;
    const control = JobControl.create(job);
    shareJob(kernels, job, control);
    const done = frames.map((_, index) => control.records.frame(index));
    const index = encodeIndexFrame({ originalBytes: raw.length, frames: done }, checksum);
    const ending = hasFrameIndex ? index : raw.length === 0 ? encodeEmptyFrame() : new Uint8Array(0);
    return Uint8Array.from(Buffer.concat([encoded.subarray(0, control.encodedBytes()), ending]));
  });
}

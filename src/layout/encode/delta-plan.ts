// A file compressed against a base: what is XORed with what.

import type { FramePlan } from '../../format/frame/frames.js';
import { DELTA_FILE, DELTA_MATCHED } from '../../format/frame/header.js';
import type { Limits } from '../../format/limits.js';
import { readSafetensorsHeader, type SafetensorsTensor } from '../../format/safetensors/header.js';
import type { ByteSource } from '../../sources/byte-source.js';
import type { CompressPlan } from '../plans.js';

const NOTHING_IN_COMMON =
  'has no tensor of the same name, dtype and shape as the base: compressed without it';

/** The plan, with frames made against `base`. Two files of one layout give a delta file as ZipNN makes it: all of one
 * XORed with all of the other. Otherwise tensors of the same name, dtype and shape are XORed, and the rest is not.
 * @throws ZnnError `io` when reading fails */
export function planDelta(
  plan: CompressPlan,
  source: ByteSource,
  base: ByteSource,
  limits: Partial<Limits> = {},
): CompressPlan {
  const tensors = tensorsOf(source, limits);
  const baseTensors = new Map(tensorsOf(base, limits).map((tensor) => [tensor.name, tensor]));
  const isOneLayout =
    source.sizeBytes === base.sizeBytes &&
    tensors.length === baseTensors.size &&
    tensors.every((tensor) => displacementOf(tensor, baseTensors.get(tensor.name)) === 0);
  if (isOneLayout && source.sizeBytes > 0) {
    const frames = plan.frames.map((frame) => ({ ...frame, baseOffset: frame.rawOffset }));
    return { ...plan, frames, delta: DELTA_FILE };
  }
  const frames = matchFrames(plan.frames, tensors, baseTensors);
  if (frames.some(({ baseOffset }) => baseOffset !== undefined))
    return { ...plan, frames, delta: DELTA_MATCHED };
  return { ...plan, note: plan.note ?? NOTHING_IN_COMMON };
}

/** None for a file that is no canonical safetensors file. */
function tensorsOf(source: ByteSource, limits: Partial<Limits>): readonly SafetensorsTensor[] {
  const reading = readSafetensorsHeader(source, limits);
  return reading.isCanonical ? reading.header.tensors : [];
}

/** A frame is made against the base if all the tensors in it stand there too, and in the same distances. */
function matchFrames(
  frames: readonly FramePlan[],
  tensors: readonly SafetensorsTensor[],
  baseTensors: ReadonlyMap<string, SafetensorsTensor>,
): FramePlan[] {
  const filled = tensors.filter(({ fileStart, fileEnd }) => fileEnd > fileStart);
  let first = 0;
  return frames.map((frame) => {
    const frameEnd = frame.rawOffset + frame.rawBytes;
    while ((filled[first]?.fileEnd ?? Number.POSITIVE_INFINITY) <= frame.rawOffset) first++;
    const displacements = new Set<number | undefined>();
    // The header's frames come before the first tensor's.
    if ((filled[first]?.fileStart ?? frameEnd) > frame.rawOffset) return frame;
    for (let i = first; (filled[i]?.fileStart ?? frameEnd) < frameEnd; i++) {
      const tensor = filled[i] as SafetensorsTensor;
      displacements.add(displacementOf(tensor, baseTensors.get(tensor.name)));
    }
    const [displacement] = displacements;
    if (displacements.size !== 1 || displacement === undefined) return frame;
    return { ...frame, baseOffset: frame.rawOffset + displacement };
  });
}

/** How much further on the tensor stands in the base; undefined if it does not. */
function displacementOf(
  tensor: SafetensorsTensor,
  inBase: SafetensorsTensor | undefined,
): number | undefined {
  if (inBase === undefined || inBase.dtype !== tensor.dtype) return undefined;
  if (inBase.shape.join() !== tensor.shape.join()) return undefined;
  if (inBase.fileEnd - inBase.fileStart !== tensor.fileEnd - tensor.fileStart) return undefined;
  return inBase.fileStart - tensor.fileStart;
}

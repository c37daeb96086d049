import { FRAME_RAW_BYTES } from '../../format/frame/constants.js';
import type { EncodingChoice } from '../../format/frame/dtypes.js';
import { assertWithin, DEFAULT_LIMITS, type Limits } from '../../format/limits.js';
import { readSafetensorsHeader } from '../../format/safetensors/header.js';
import type { ByteSource } from '../../sources/byte-source.js';
import type { CompressPlan } from '../plans.js';
import { plainFrames, safetensorsFrames } from './frame-boundaries.js';

export interface CompressPlanOptions {
  /** `auto` follows the file's own dtypes, or a sample where it has none. Any other choice goes for the whole file but
   * the header of a safetensors file and rests of less than an element. */
  readonly encoding: EncodingChoice;
  /** The file is named like a safetensors file: then the plan says why it is not treated as one. It changes nothing else,
   * since what becomes of a file must not depend on its name. */
  readonly isNamedSafetensors: boolean;
  readonly limits?: Partial<Limits>;
}

/** The frames that the file behind `source` becomes. Depends on the file's bytes and the encoding only.
 * @throws ZnnError `io` when reading fails, `unsupported` when what comes of it could not be restored. */
export function planCompression(source: ByteSource, options: CompressPlanOptions): CompressPlan {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  // Before a list of frames is made: as if all of it were one tensor, which gives the fewest.
  assertWithin(limits, 'rawBytes', source.sizeBytes);
  assertWithin(limits, 'frames', Math.ceil(source.sizeBytes / FRAME_RAW_BYTES));
  const plan = planWithin(source, options, limits);
  assertWithin(limits, 'frames', plan.frames.length);
  return plan;
}

function planWithin(source: ByteSource, options: CompressPlanOptions, limits: Limits): CompressPlan {
  const { sizeBytes } = source;
  const reading = readSafetensorsHeader(source, limits);
  if (reading.isCanonical) {
    const frames = safetensorsFrames(reading.header, options.encoding);
    return { kind: 'safetensors', sourceBytes: sizeBytes, frames };
  }
  const frames = plainFrames(sizeBytes, options.encoding);
  if (!options.isNamedSafetensors) return { kind: 'other', sourceBytes: sizeBytes, frames };
  const note = `not a canonical safetensors file (${reading.reason}): compressed as plain bytes, restored exactly`;
  return { kind: 'other', sourceBytes: sizeBytes, frames, note };
}

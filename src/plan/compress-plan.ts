import type { ByteSource } from '../format/byte-source.js';
import type { EncodingChoice } from '../format/dtypes.js';
import { readSafetensorsHeader } from '../format/safetensors-header.js';
import { plainFrames, safetensorsFrames } from './frame-boundaries.js';
import type { CompressPlan } from './types.js';

export interface CompressPlanOptions {
  /** `auto` follows the file's own dtypes, or a sample where it has none. Any other choice goes for the whole file but
   * the header of a safetensors file and rests of less than an element. */
  readonly encoding: EncodingChoice;
  /** The file is named like a safetensors file: then the plan says why it is not treated as one. It changes nothing else,
   * since what becomes of a file must not depend on its name. */
  readonly isNamedSafetensors: boolean;
}

/** The frames that the file behind `source` becomes. Depends on the file's bytes and the encoding only.
 * @throws ZnnError `io` when reading fails. */
export function planCompression(source: ByteSource, options: CompressPlanOptions): CompressPlan {
  const { sizeBytes } = source;
  const reading = readSafetensorsHeader(source);
  if (reading.isCanonical) {
    const frames = safetensorsFrames(reading.header, options.encoding);
    return { kind: 'safetensors', sourceBytes: sizeBytes, frames };
  }
  const frames = plainFrames(sizeBytes, options.encoding);
  if (!options.isNamedSafetensors) return { kind: 'other', sourceBytes: sizeBytes, frames };
  const note = `not a canonical safetensors file (${reading.reason}): compressed as plain bytes, restored exactly`;
  return { kind: 'other', sourceBytes: sizeBytes, frames, note };
}

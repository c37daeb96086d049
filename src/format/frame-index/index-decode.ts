import { ZnnError } from '../../errors.js';
import {
  decodeIndexFields,
  requireBytes,
  requireInteger,
  requireMap,
  requireString,
  toHex,
} from './document-decode.js';
import {
  type BaseIdentity,
  CHECKSUM_BYTES,
  type Checksum,
  type FrameIndex,
  type FrameIndexEntry,
  type FrameIndexTrailer,
  SHA256_BYTES,
} from './fields.js';

/** The index that `document` holds, every number within its limits; whether it fits the file is for the plan to check.
 * @throws ZnnError `corrupt` or `unsupported`. */
export function decodeIndexDocument(
  document: Uint8Array,
  trailer: FrameIndexTrailer,
  checksum: Checksum,
): FrameIndex {
  const fields = decodeIndexFields(document, trailer, checksum, SHA256_BYTES);
  const sha256 = fields.get('sha256');
  const base = fields.get('base');
  return {
    originalBytes: requireInteger(fields.get('originalBytes'), 'originalBytes'),
    frames: decodeEntries(fields.get('frames')),
    ...(sha256 === undefined ? {} : { sha256: toHex(requireBytes(sha256, SHA256_BYTES, 'sha256')) }),
    ...(base === undefined ? {} : { base: decodeBase(requireMap(base, 'base')) }),
  };
}

function decodeBase(fields: ReadonlyMap<string, unknown>): BaseIdentity {
  return {
    name: requireString(fields.get('name'), 'base name'),
    baseBytes: requireInteger(fields.get('bytes'), 'base bytes'),
    sha256: toHex(requireBytes(fields.get('sha256'), SHA256_BYTES, 'base sha256')),
  };
}

function decodeEntries(value: unknown): FrameIndexEntry[] {
  if (!Array.isArray(value)) throw new ZnnError('corrupt', 'frame index: frames is not an array');
  return value.map((entry: unknown, frame) => {
    if (!Array.isArray(entry) || (entry.length !== 5 && entry.length !== 6)) {
      throw new ZnnError('corrupt', 'frame index: a frame is not an array of 5 or 6', { frame });
    }
    return {
      frameOffset: requireInteger(entry[0], 'frame offset'),
      encodedBytes: requireInteger(entry[1], 'encoded bytes'),
      rawBytes: requireInteger(entry[2], 'raw bytes'),
      dtypeCode: requireInteger(entry[3], 'dtype code'),
      checksum: readChecksum(requireBytes(entry[4], CHECKSUM_BYTES, 'checksum')),
      ...(entry.length === 6 && { baseOffset: requireInteger(entry[5], 'base offset') }),
    };
  });
}

function readChecksum(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true);
}

import { ZnnError } from '../errors.js';
import {
  CHECKSUM_BYTES,
  type Checksum,
  type FrameIndex,
  type FrameIndexEntry,
  type FrameIndexTrailer,
  SHA256_BYTES,
} from './frame-index.js';
import { decodeIndexFields, requireBytes, requireInteger, toHex } from './index-document-decode.js';

/** The index that `document` holds, every number within its limits; whether it fits the file is for the plan to check.
 * @throws ZnnError `corrupt` or `unsupported`. */
export function decodeIndexDocument(
  document: Uint8Array,
  trailer: FrameIndexTrailer,
  checksum: Checksum,
): FrameIndex {
  const fields = decodeIndexFields(document, trailer, checksum, SHA256_BYTES);
  const sha256 = fields.get('sha256');
  return {
    originalBytes: requireInteger(fields.get('originalBytes'), 'originalBytes'),
    frames: decodeEntries(fields.get('frames')),
    ...(sha256 === undefined ? {} : { sha256: toHex(requireBytes(sha256, SHA256_BYTES, 'sha256')) }),
  };
}

function decodeEntries(value: unknown): FrameIndexEntry[] {
  if (!Array.isArray(value)) throw new ZnnError('corrupt', 'frame index: frames is not an array');
  return value.map((entry: unknown, frame) => {
    if (!Array.isArray(entry) || entry.length !== 5) {
      throw new ZnnError('corrupt', 'frame index: a frame is not an array of 5', { frame });
    }
    return {
      frameOffset: requireInteger(entry[0], 'frame offset'),
      encodedBytes: requireInteger(entry[1], 'encoded bytes'),
      rawBytes: requireInteger(entry[2], 'raw bytes'),
      dtypeCode: requireInteger(entry[3], 'dtype code'),
      checksum: readChecksum(requireBytes(entry[4], CHECKSUM_BYTES, 'checksum')),
    };
  });
}

function readChecksum(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true);
}

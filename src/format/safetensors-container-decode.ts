import { Inflate, strToU8 } from 'fflate';
import { ZnnError } from '../errors.js';
import { CHECKSUM_RUN_BYTES } from './constants.js';
import { CHECKSUM_BYTES, type Checksum, INDEX_TRAILER_BYTES, SHA256_BYTES } from './frame-index.js';
import {
  decodeIndexFields,
  decodeIndexTrailer,
  requireBytes,
  requireInteger,
  requireValue,
  toHex,
} from './index-document-decode.js';
import { assertWithin, DEFAULT_LIMITS, type Limits } from './limits.js';
import { CONTAINER_INDEX_KEY, type ContainerIndex } from './safetensors-container.js';
import { SAFETENSORS_JSON_MAX_BYTES } from './safetensors-header.js';

/** Deflate's best: 258 bytes in 2 bits. */
const INFLATE_FACTOR_MAX = 1032;
/** What inflates at a time: an inflated piece is at most INFLATE_FACTOR_MAX times as long. */
const INFLATE_PIECE_BYTES = 1 << 14;

/** The index that the value of CONTAINER_INDEX_KEY holds; whether it fits the file is for the plan to check.
 * @throws ZnnError `corrupt` or `unsupported` */
export function decodeContainerIndex(
  text: string,
  checksum: Checksum,
  limits: Pick<Limits, 'headerBytes'> = DEFAULT_LIMITS,
): ContainerIndex {
  const bytes = fromBase64(text);
  const documentEnd = Math.max(0, bytes.length - INDEX_TRAILER_BYTES);
  const trailer = decodeIndexTrailer(bytes.subarray(documentEnd));
  if (trailer?.documentBytes !== documentEnd) {
    throw new ZnnError('corrupt', `${CONTAINER_INDEX_KEY}: it does not end with the trailer of its document`);
  }
  const fields = decodeIndexFields(bytes.subarray(0, documentEnd), trailer, checksum, documentEnd);
  requireValue('checksumRunBytes', fields.get('checksumRunBytes'), CHECKSUM_RUN_BYTES);
  const headerBytes = requireInteger(fields.get('headerBytes'), 'headerBytes');
  if (headerBytes > SAFETENSORS_JSON_MAX_BYTES) {
    throw new ZnnError(
      'corrupt',
      `frame index: headerBytes ${headerBytes} exceeds ${SAFETENSORS_JSON_MAX_BYTES}`,
    );
  }
  assertWithin(limits, 'headerBytes', headerBytes);
  const sha256 = fields.get('sha256');
  return {
    originalBytes: requireInteger(fields.get('originalBytes'), 'originalBytes'),
    originalJson: inflateJson(fields.get('header'), headerBytes),
    checksums: readChecksums(fields.get('checksums')),
    ...(sha256 === undefined ? {} : { sha256: toHex(requireBytes(sha256, SHA256_BYTES, 'sha256')) }),
  };
}

function fromBase64(text: string): Uint8Array {
  try {
    return strToU8(atob(text), true);
  } catch (cause) {
    throw new ZnnError('corrupt', `${CONTAINER_INDEX_KEY}: it is not base64`, {}, cause);
  }
}

/** Exactly `headerBytes` bytes. A stream that would give more is given up as soon as it has. */
function inflateJson(deflated: unknown, headerBytes: number): Uint8Array {
  if (!(deflated instanceof Uint8Array)) throw new ZnnError('corrupt', 'frame index: header is not bytes');
  // Before memory is taken for it.
  if (headerBytes > deflated.length * INFLATE_FACTOR_MAX) {
    throw new ZnnError(
      'corrupt',
      `frame index: ${deflated.length} bytes of header do not inflate to ${headerBytes}`,
    );
  }
  const json = new Uint8Array(headerBytes);
  let filledBytes = 0;
  const inflate = new Inflate((piece) => {
    if (filledBytes + piece.length > headerBytes) {
      throw new ZnnError('corrupt', `frame index: header inflates to more than ${headerBytes} bytes`);
    }
    json.set(piece, filledBytes);
    filledBytes += piece.length;
  });
  try {
    for (let offset = 0; offset < deflated.length; offset += INFLATE_PIECE_BYTES) {
      const piece = deflated.subarray(offset, offset + INFLATE_PIECE_BYTES);
      inflate.push(piece, offset + INFLATE_PIECE_BYTES >= deflated.length);
    }
  } catch (cause) {
    if (cause instanceof ZnnError) throw cause;
    throw new ZnnError('corrupt', 'frame index: header does not inflate', {}, cause);
  }
  if (filledBytes !== headerBytes) {
    throw new ZnnError('corrupt', `frame index: header inflates to ${filledBytes} bytes, not ${headerBytes}`);
  }
  return json;
}

function readChecksums(value: unknown): bigint[] {
  if (!(value instanceof Uint8Array) || value.length % CHECKSUM_BYTES !== 0) {
    throw new ZnnError('corrupt', `frame index: checksums are not ${CHECKSUM_BYTES} bytes each`);
  }
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  return Array.from({ length: value.length / CHECKSUM_BYTES }, (_, i) =>
    view.getBigUint64(i * CHECKSUM_BYTES, true),
  );
}

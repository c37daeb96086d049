import { ZnnError } from '../../errors.js';
import { CHECKSUM_RUN_BYTES } from '../frame/constants.js';
import {
  decodeIndexFields,
  decodeIndexTrailer,
  requireBytes,
  requireInteger,
  requireValue,
  toHex,
} from '../frame-index/document-decode.js';
import { CHECKSUM_BYTES, type Checksum, INDEX_TRAILER_BYTES, SHA256_BYTES } from '../frame-index/fields.js';
import { assertWithin, DEFAULT_LIMITS, type Limits } from '../limits.js';
import { SAFETENSORS_JSON_MAX_BYTES } from '../safetensors/header.js';
import { CONTAINER_INDEX_KEY, type ContainerIndex } from './keys.js';

/** The index as it stands in metadata, with its header still deflated. */
export interface DeflatedContainerIndex extends Omit<ContainerIndex, 'originalJson'> {
  readonly deflatedJson: Uint8Array;
  /** What it has to inflate to. */
  readonly headerBytes: number;
}

/** The index that the value of CONTAINER_INDEX_KEY holds; whether it fits the file is for the plan to check.
 * @throws ZnnError `corrupt` or `unsupported` */
export function decodeContainerIndex(
  text: string,
  checksum: Checksum,
  limits: Pick<Limits, 'headerBytes'> = DEFAULT_LIMITS,
): DeflatedContainerIndex {
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
    deflatedJson: requireByteString(fields.get('header')),
    headerBytes,
    checksums: readChecksums(fields.get('checksums')),
    ...(sha256 === undefined ? {} : { sha256: toHex(requireBytes(sha256, SHA256_BYTES, 'sha256')) }),
  };
}

function fromBase64(text: string): Uint8Array {
  try {
    const characters = atob(text);
    const bytes = new Uint8Array(characters.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
    return bytes;
  } catch (cause) {
    throw new ZnnError('corrupt', `${CONTAINER_INDEX_KEY}: it is not base64`, {}, cause);
  }
}

function requireByteString(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new ZnnError('corrupt', 'frame index: header is not bytes');
  return value;
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

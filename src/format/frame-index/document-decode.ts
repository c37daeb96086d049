import { Decoder } from '@msgpack/msgpack';
import { ZnnError } from '../../errors.js';
import {
  type Checksum,
  FRAMES_MAX,
  type FrameIndexTrailer,
  INDEX_DOCUMENT_MAX_BYTES,
  INDEX_DOCUMENT_VERSION,
  INDEX_HASH,
  INDEX_MAGIC,
  INDEX_TRAILER_BYTES,
  INDEX_TRAILER_VERSION,
  TRAILER_FIELD,
} from './fields.js';
import { checkMsgpackNesting } from './msgpack-nesting.js';

/** The document, its list of frames, a frame. */
const NESTING_MAX = 3;
const FIELDS_MAX = 16;
/** Of a key, or of a file's name. */
const NAME_MAX_BYTES = 4096;

/** The trailer in the last INDEX_TRAILER_BYTES of a file, or undefined when it does not end with one.
 * @throws ZnnError `unsupported` for another version, `corrupt` for a document longer than any index. */
export function decodeIndexTrailer(bytes: Uint8Array): FrameIndexTrailer | undefined {
  if (bytes.length !== INDEX_TRAILER_BYTES) return undefined;
  const magic = new TextDecoder('latin1').decode(bytes.subarray(TRAILER_FIELD.magic));
  if (magic !== INDEX_MAGIC) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(TRAILER_FIELD.version, true);
  if (version !== INDEX_TRAILER_VERSION) {
    throw new ZnnError(
      'unsupported',
      `frame index: trailer version ${version} is not ${INDEX_TRAILER_VERSION}`,
    );
  }
  const documentBytes = view.getUint32(TRAILER_FIELD.documentBytes, true);
  if (documentBytes > INDEX_DOCUMENT_MAX_BYTES)
    throw beyond('document bytes', documentBytes, INDEX_DOCUMENT_MAX_BYTES);
  return { documentBytes, documentChecksum: view.getBigUint64(TRAILER_FIELD.checksum, true) };
}

/** The fields of `document`, whose checksum, version and hash are found right.
 * @param binMaxBytes the longest byte string that may occur
 * @throws ZnnError `corrupt` or `unsupported`. */
export function decodeIndexFields(
  document: Uint8Array,
  trailer: FrameIndexTrailer,
  checksum: Checksum,
  binMaxBytes: number,
): ReadonlyMap<string, unknown> {
  const found = checksum(document);
  if (found !== trailer.documentChecksum) {
    throw new ZnnError(
      'corrupt',
      `frame index: its checksum is ${found.toString(16)}, the trailer says ${trailer.documentChecksum.toString(16)}`,
    );
  }
  const fields = decodeFields(document, binMaxBytes);
  requireValue('version', fields.get('version'), INDEX_DOCUMENT_VERSION);
  requireValue('hash', fields.get('hash'), INDEX_HASH);
  return fields;
}

function decodeFields(document: Uint8Array, binMaxBytes: number): ReadonlyMap<string, unknown> {
  checkMsgpackNesting(document, NESTING_MAX);
  const decoder = new Decoder({
    maxStrLength: NAME_MAX_BYTES,
    maxBinLength: binMaxBytes,
    maxArrayLength: FRAMES_MAX,
    maxMapLength: FIELDS_MAX,
    maxExtLength: 0,
    keyDecoder: null,
  });
  let root: unknown;
  try {
    root = decoder.decode(document);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ZnnError('corrupt', `frame index: ${reason}`, {}, cause);
  }
  return requireMap(root, 'the document');
}

/** @throws ZnnError `unsupported` */
export function requireValue(field: string, value: unknown, expected: string | number): void {
  if (value === expected) return;
  throw new ZnnError('unsupported', `frame index: ${field} ${describe(value)} is not ${describe(expected)}`);
}

/** @throws ZnnError `corrupt` */
export function requireInteger(value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  if (typeof value === 'number' && value > Number.MAX_SAFE_INTEGER)
    throw new ZnnError('corrupt', `frame index: ${field} is above 2^53 - 1`);
  throw new ZnnError(
    'corrupt',
    `frame index: ${field} ${describe(value)} is not an integer of 0 to 2^53 - 1`,
  );
}

/** @throws ZnnError `corrupt` */
export function requireBytes(value: unknown, length: number, field: string): Uint8Array {
  if (value instanceof Uint8Array && value.length === length) return value;
  throw new ZnnError('corrupt', `frame index: ${field} is not ${length} bytes`);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  // Rounded, the digits would be those of another number.
  if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) return 'beyond 2^53 - 1';
  return typeof value === 'number' ? String(value) : `of type ${value === null ? 'nil' : typeof value}`;
}

/** @throws ZnnError `corrupt` */
export function requireString(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  throw new ZnnError('corrupt', `frame index: ${field} ${describe(value)} is not a string`);
}

/** The members of a map within the document.
 * @throws ZnnError `corrupt` */
export function requireMap(value: unknown, field: string): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw new ZnnError('corrupt', `frame index: ${field} is not a map`);
  }
  return new Map(Object.entries(value));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function beyond(field: string, value: number, limit: number): ZnnError {
  return new ZnnError('corrupt', `frame index: ${field} ${value} exceeds ${limit}`);
}

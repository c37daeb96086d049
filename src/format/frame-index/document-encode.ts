import { encode } from '@msgpack/msgpack';
import {
  type Checksum,
  INDEX_DOCUMENT_VERSION,
  INDEX_HASH,
  INDEX_MAGIC,
  INDEX_TRAILER_BYTES,
  INDEX_TRAILER_VERSION,
  TRAILER_FIELD,
} from './fields.js';

/** The msgpack document with `fields`, version and hash before them, and its trailer. */
export function encodeIndexDocument(fields: Record<string, unknown>, checksum: Checksum): Uint8Array {
  const document = encode({ version: INDEX_DOCUMENT_VERSION, hash: INDEX_HASH, ...fields });
  const withTrailer = new Uint8Array(document.length + INDEX_TRAILER_BYTES);
  withTrailer.set(document);
  withTrailer.set(encodeTrailer(document, checksum), document.length);
  return withTrailer;
}

function encodeTrailer(document: Uint8Array, checksum: Checksum): Uint8Array {
  const trailer = new Uint8Array(INDEX_TRAILER_BYTES);
  const view = new DataView(trailer.buffer);
  view.setBigUint64(TRAILER_FIELD.checksum, checksum(document), true);
  view.setUint32(TRAILER_FIELD.documentBytes, document.length, true);
  view.setUint32(TRAILER_FIELD.version, INDEX_TRAILER_VERSION, true);
  trailer.set(new TextEncoder().encode(INDEX_MAGIC), TRAILER_FIELD.magic);
  return trailer;
}

export function hexToBytes(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}

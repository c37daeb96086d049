import {
  INDEX_MAGIC,
  INDEX_TRAILER_BYTES,
  INDEX_TRAILER_VERSION,
  TRAILER_FIELD,
} from '../../src/format/frame-index/fields.js';
import { utf8 } from '../support/bytes.js';
import { checksum } from './decode-product.js';

/** The trailer that is right for `document`. */
export function trailerOf(document: Uint8Array): Uint8Array {
  const trailer = new Uint8Array(INDEX_TRAILER_BYTES);
  const view = new DataView(trailer.buffer);
  view.setBigUint64(TRAILER_FIELD.checksum, checksum(document), true);
  view.setUint32(TRAILER_FIELD.documentBytes, document.length, true);
  view.setUint32(TRAILER_FIELD.version, INDEX_TRAILER_VERSION, true);
  trailer.set(utf8(INDEX_MAGIC), TRAILER_FIELD.magic);
  return trailer;
}

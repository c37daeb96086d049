import { encode } from '@msgpack/msgpack';
import { FRAME_HEADER_BYTES } from './constants.js';
import { ENCODINGS, type Encoding } from './dtypes.js';
import { encodeFrameHeader } from './frame-header-encode.js';
import {
  CHECKSUM_BYTES,
  type Checksum,
  INDEX_DOCUMENT_VERSION,
  INDEX_HASH,
  INDEX_MAGIC,
  INDEX_TRAILER_BYTES,
  INDEX_TRAILER_VERSION,
  TRAILER_FIELD,
} from './frame-index.js';

/** What becomes of a file: its frames in order, as the encoder reports them. */
export interface IndexedFile {
  readonly originalBytes: number;
  readonly frames: readonly {
    readonly frameOffset: number;
    readonly encodedBytes: number;
    readonly rawBytes: number;
    readonly encoding: Encoding;
    readonly checksum: bigint;
  }[];
  /** 64 hex digits. */
  readonly sha256?: string;
}

/** The frame that ends an indexed file: an empty frame whose declared length covers the index document and its trailer.
 * Depends on nothing but its arguments, so equal files get equal bytes. */
export function encodeIndexFrame(file: IndexedFile, checksum: Checksum): Uint8Array {
  const document = encodeDocument(file);
  const encodedBytes = FRAME_HEADER_BYTES + document.length + INDEX_TRAILER_BYTES;
  const header = encodeFrameHeader({
    encoding: 'bytes',
    rawBytes: 0,
    encodedBytes,
    promisesFrameIndex: true,
  });
  const frame = new Uint8Array(encodedBytes);
  frame.set(header);
  frame.set(document, FRAME_HEADER_BYTES);
  frame.set(encodeTrailer(document, checksum), FRAME_HEADER_BYTES + document.length);
  return frame;
}

/** The frame that an empty file becomes without an index. */
export function encodeEmptyFrame(): Uint8Array {
  const encodedBytes = FRAME_HEADER_BYTES;
  return encodeFrameHeader({ encoding: 'bytes', rawBytes: 0, encodedBytes, promisesFrameIndex: false });
}

function encodeDocument(file: IndexedFile): Uint8Array {
  return encode({
    version: INDEX_DOCUMENT_VERSION,
    hash: INDEX_HASH,
    originalBytes: file.originalBytes,
    frames: file.frames.map((frame) => [
      frame.frameOffset,
      frame.encodedBytes,
      frame.rawBytes,
      ENCODINGS[frame.encoding].dtypeCode,
      checksumBytes(frame.checksum),
    ]),
    ...(file.sha256 === undefined ? {} : { sha256: hexToBytes(file.sha256) }),
  });
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

function checksumBytes(checksum: bigint): Uint8Array {
  const bytes = new Uint8Array(CHECKSUM_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, checksum, true);
  return bytes;
}

function hexToBytes(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}

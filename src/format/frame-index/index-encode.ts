import { FRAME_HEADER_BYTES } from '../frame/constants.js';
import { ENCODINGS, type Encoding } from '../frame/dtypes.js';
import { encodeFrameHeader } from '../frame/header-encode.js';
import { encodeIndexDocument, hexToBytes } from './document-encode.js';
import { type BaseIdentity, CHECKSUM_BYTES, type Checksum } from './fields.js';

/** What becomes of a file: its frames in order, as the encoder reports them. */
export interface IndexedFile {
  readonly originalBytes: number;
  readonly frames: readonly {
    readonly frameOffset: number;
    readonly encodedBytes: number;
    readonly rawBytes: number;
    readonly encoding: Encoding;
    readonly checksum: bigint;
    readonly baseOffset?: number;
  }[];
  /** 64 hex digits. */
  readonly sha256?: string;
  readonly base?: BaseIdentity;
}

/** The frame that ends an indexed file: an empty frame whose declared length covers the index document and its trailer.
 * Depends on nothing but its arguments, so equal files get equal bytes. */
export function encodeIndexFrame(file: IndexedFile, checksum: Checksum): Uint8Array {
  const document = encodeIndexDocument(indexFields(file), checksum);
  const encodedBytes = FRAME_HEADER_BYTES + document.length;
  const header = encodeFrameHeader({
    encoding: 'bytes',
    rawBytes: 0,
    encodedBytes,
    promisesFrameIndex: true,
  });
  const frame = new Uint8Array(encodedBytes);
  frame.set(header);
  frame.set(document, FRAME_HEADER_BYTES);
  return frame;
}

/** The frame that an empty file becomes without an index. */
export function encodeEmptyFrame(): Uint8Array {
  const encodedBytes = FRAME_HEADER_BYTES;
  return encodeFrameHeader({ encoding: 'bytes', rawBytes: 0, encodedBytes, promisesFrameIndex: false });
}

function indexFields(file: IndexedFile): Record<string, unknown> {
  return {
    originalBytes: file.originalBytes,
    frames: file.frames.map((frame) => [
      frame.frameOffset,
      frame.encodedBytes,
      frame.rawBytes,
      ENCODINGS[frame.encoding].dtypeCode,
      checksumBytes(frame.checksum),
      ...(frame.baseOffset === undefined ? [] : [frame.baseOffset]),
    ]),
    ...(file.sha256 === undefined ? {} : { sha256: hexToBytes(file.sha256) }),
    ...(file.base === undefined ? {} : { base: baseFields(file.base) }),
  };
}

function baseFields({ name, baseBytes, sha256 }: BaseIdentity): Record<string, unknown> {
  return { name, bytes: baseBytes, sha256: hexToBytes(sha256) };
}

function checksumBytes(checksum: bigint): Uint8Array {
  const bytes = new Uint8Array(CHECKSUM_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, checksum, true);
  return bytes;
}

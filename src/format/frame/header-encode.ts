import { ZnnError } from '../../errors.js';
import { CHUNK_BYTES, FRAME_HEADER_BYTES, FRAME_RAW_LOG2 } from './constants.js';
import { ENCODINGS, type Encoding } from './dtypes.js';
import { FIELD, FRAME_MAGIC, INDEX_PROMISED_BIT, STREAMING_BIT } from './header.js';
import { writeU64 } from './u64.js';

/** The version that znn states: that of the package whose format it writes. */
const VERSION = { major: 0, minor: 5, tiny: 4 };
const METHOD_HUFFMAN = 1;
const INPUT_BYTES = 1;
const INPUT_TORCH = 2;
const RANK_MAX = 255;

export interface FrameHeaderFields {
  readonly encoding: Encoding;
  readonly rawBytes: number;
  /** Whole frame, header included. */
  readonly encodedBytes: number;
  /** A frame index will end the file that the frame belongs to. */
  readonly promisesFrameIndex: boolean;
  /** Makes it the frame of one torch tensor, which stands alone; absent for a frame of a `.znn` file. */
  readonly shape?: readonly number[];
  /** Byte 15, where it is not the one that the encoding always has. */
  readonly dtypeCode?: number;
  /** Byte 9: not 0 for a frame of a delta file. */
  readonly delta?: number;
}

/** Bytes of the header: FRAME_HEADER_BYTES, and those of the shape if one is given. */
export function frameHeaderBytes(shape?: readonly number[]): number {
  return FRAME_HEADER_BYTES + (shape === undefined ? 0 : encodeShape(shape).length);
}

/** The header's bytes: FRAME_HEADER_BYTES, and the shape if one is given.
 * @throws ZnnError `invalid-argument` for a rank above 255. */
export function encodeFrameHeader(fields: FrameHeaderFields): Uint8Array {
  const shapeBytes = fields.shape === undefined ? [] : encodeShape(fields.shape);
  const header = new Uint8Array(FRAME_HEADER_BYTES + shapeBytes.length);
  const view = new DataView(header.buffer);
  const { dtypeCode, byteReorder, rotated } = ENCODINGS[fields.encoding];
  view.setUint16(FIELD.magic, FRAME_MAGIC, true);
  header[FIELD.versionMajor] = VERSION.major;
  header[FIELD.versionMinor] = VERSION.minor;
  header[FIELD.versionTiny] = VERSION.tiny + (fields.promisesFrameIndex ? INDEX_PROMISED_BIT : 0);
  header[FIELD.byteReorder] = byteReorder;
  header[FIELD.bitReorder] = rotated ? 1 : 0;
  header[FIELD.method] = METHOD_HUFFMAN;
  header[FIELD.inputFormat] = fields.shape === undefined ? INPUT_BYTES : INPUT_TORCH;
  header[FIELD.delta] = fields.delta ?? 0;
  header[FIELD.streaming] = fields.shape === undefined ? STREAMING_BIT + FRAME_RAW_LOG2 : 0;
  header[FIELD.chunkLog2] = Math.log2(CHUNK_BYTES);
  header[FIELD.dtypeCode] = fields.dtypeCode ?? dtypeCode;
  writeU64(view, FIELD.rawBytes, fields.rawBytes);
  writeU64(view, FIELD.encodedBytes, fields.encodedBytes);
  header.set(shapeBytes, FRAME_HEADER_BYTES);
  return header;
}

/** A rank byte, then each dimension as a size byte and that many bytes, the fewest of 1, 2, 4 and 8 that hold it. */
function encodeShape(shape: readonly number[]): number[] {
  if (shape.length > RANK_MAX) {
    throw new ZnnError('invalid-argument', `frame header: rank ${shape.length} exceeds ${RANK_MAX}`);
  }
  const bytes = [shape.length];
  for (const dimension of shape) {
    const sizeBytes = [1, 2, 4].find((size) => dimension < 2 ** (8 * size)) ?? 8;
    bytes.push(sizeBytes);
    for (let i = 0; i < sizeBytes; i++) bytes.push(Math.floor(dimension / 2 ** (8 * i)) % 256);
  }
  return bytes;
}

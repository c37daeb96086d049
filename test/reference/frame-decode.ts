// A whole .znn file, decoded in the plainest way: docs/format.md, "Container" and "Frame body".

import { ZnnError, type ZnnErrorCode } from '../../src/errors.js';
import { decodeHuffmanStream } from './huffman-decode.js';
import { mergePlanes } from './planes.js';

const HEADER_BYTES = 32;
/** A Huffman block holds no more, and so a chunk of one plane is cut to it. */
const MAX_BLOCK_RAW_BYTES = 131072;
const PLANES_OF_DTYPE: Readonly<Record<number, 1 | 2 | 4>> = { 1: 4, 2: 4, 4: 2, 5: 2, 6: 2, 29: 1, 30: 1 };
const TRAILER_BYTES = 24;
const TRAILER_MAGIC = 'ZNNINDEX';
/** A version's third byte from here on says that a frame index must follow. */
const INDEX_FOLLOWS = 128;

export type StreamKind = 'raw' | 'copy' | 'constant' | 'direct tree' | 'FSE tree';

export interface ReferenceFrame {
  readonly raw: Uint8Array;
  /** The whole frame, header and unused bytes included. */
  readonly encodedBytes: number;
  /** Bytes between the payload's end and the frame's end. */
  readonly unusedBytes: number;
  readonly dtypeCode: number;
  readonly chunkBytes: number;
  readonly mustHaveIndex: boolean;
  /** Byte 9: 0, or `raw` is the XOR of the original and a base. */
  readonly delta: number;
  /** Plane by plane, for each chunk how the stream is coded. */
  readonly streamKinds: readonly StreamKind[];
}

/** The bytes that a file of frames stands for. The frame index is recognised, not read.
 * @param base what a delta file was made against: as long as the result, or longer
 * @throws ZnnError `corrupt`, `truncated` or `unsupported` */
export function decodeZnn(file: Uint8Array, base?: Uint8Array): Uint8Array {
  const frames = decodeFrames(file);
  const unused = frames.map((frame) => frame.unusedBytes);
  const last = unused.pop() ?? 0;
  const hasIndex = new TextDecoder('latin1').decode(file.subarray(-TRAILER_MAGIC.length)) === TRAILER_MAGIC;
  if (unused.some((bytes) => bytes > 0)) throw error('corrupt', 'frame: bytes after the payload');
  if (last > 0 && !(hasIndex && last > TRAILER_BYTES))
    throw error('corrupt', `frame: ${last} bytes after the payload`);
  const delta = frames[0]?.delta ?? 0;
  // The empty frame with the index says nothing of the others.
  if (frames.slice(0, hasIndex ? -1 : undefined).some((frame) => frame.delta !== delta))
    throw error('corrupt', 'frame header: delta differs');
  // 16 is our own, and the index says where in the base the bytes are.
  if (delta === 16 || (delta !== 0 && base === undefined))
    throw error('unsupported', `frame header: delta ${delta}`);
  if (!hasIndex && frames.some((frame) => frame.mustHaveIndex)) throw error('truncated', 'no frame index');
  const raw = new Uint8Array(frames.reduce((total, frame) => total + frame.raw.length, 0));
  let offset = 0;
  for (const frame of frames) {
    raw.set(frame.raw, offset);
    offset += frame.raw.length;
  }
  return delta === 0 ? raw : raw.map((byte, at) => byte ^ (base?.[at] ?? 0));
}

/** All frames of a file, in order.
 * @throws ZnnError */
export function decodeFrames(file: Uint8Array): ReferenceFrame[] {
  if (file.length === 0) throw error('truncated', 'file: empty');
  const frames: ReferenceFrame[] = [];
  for (let offset = 0; offset < file.length; ) {
    const frame = decodeFrame(file.subarray(offset));
    frames.push(frame);
    offset += frame.encodedBytes;
  }
  return frames;
}

/** The frame at the start of `file`.
 * @throws ZnnError */
export function decodeFrame(file: Uint8Array): ReferenceFrame {
  if (file.length < HEADER_BYTES)
    throw error('truncated', `frame header: ${file.length} of ${HEADER_BYTES} bytes`);
  const at = (offset: number): number => file[offset] ?? 0;
  if (at(0) !== 0x5a || at(1) !== 0x4e) throw error('corrupt', 'frame header: does not begin with ZN');
  const planeCount = PLANES_OF_DTYPE[at(15)];
  if (planeCount === undefined) throw error('unsupported', `frame header: dtype code ${at(15)}`);
  // One plane has no bytes to order, and its decoder never looks.
  if (planeCount > 1 && at(5) !== (planeCount === 4 ? 220 : 10))
    throw error('unsupported', `frame header: byte reorder ${at(5)}`);
  if (at(6) > 1) throw error('unsupported', `frame header: bit reorder ${at(6)}`);
  if (at(8) < 1 || at(8) > 3) throw error('unsupported', `frame header: input format ${at(8)}`);
  if (at(9) > 2 && at(9) !== 16) throw error('unsupported', `frame header: delta ${at(9)}`);
  if (at(10) || at(11) || at(12)) throw error('unsupported', 'frame header: lossy');
  const chunkBytes = planeCount === 1 ? Math.min(2 ** at(14), MAX_BLOCK_RAW_BYTES) : 2 ** at(14);
  if (chunkBytes < planeCount) throw error('corrupt', `frame header: chunk of ${chunkBytes} bytes`);
  const rawBytes = readU64(file, 16);
  const encodedBytes = readU64(file, 24);
  if (encodedBytes > file.length)
    throw error('truncated', `frame: ${encodedBytes} bytes, ${file.length} there`);
  const frame = file.subarray(0, encodedBytes);
  const bodyStart = at(8) === 1 ? HEADER_BYTES : HEADER_BYTES + shapeBytes(frame.subarray(HEADER_BYTES));
  if (encodedBytes < bodyStart)
    throw error('corrupt', `frame: ${encodedBytes} bytes, its header has ${bodyStart}`);
  const body = decodeBody(frame.subarray(bodyStart), rawBytes, chunkBytes, planeCount, at(6) === 1);
  const mustHaveIndex = at(4) >= INDEX_FOLLOWS;
  return { ...body, encodedBytes, dtypeCode: at(15), chunkBytes, mustHaveIndex, delta: at(9) };
}

function decodeBody(
  body: Uint8Array,
  rawBytes: number,
  chunkBytes: number,
  planeCount: 1 | 2 | 4,
  rotated: boolean,
): Pick<ReferenceFrame, 'raw' | 'unusedBytes' | 'streamKinds'> {
  const chunkCount = Math.ceil(rawBytes / chunkBytes);
  const streamCount = planeCount * chunkCount;
  if (9 * streamCount > body.length)
    throw error('corrupt', `frame: tables of ${streamCount} streams do not fit`);
  const types = body.subarray(0, streamCount);
  const ends = Array.from({ length: streamCount }, (_, stream) => readU64(body, streamCount + 8 * stream));
  const planesOfChunk: Uint8Array[][] = Array.from({ length: chunkCount }, () => []);
  const streamKinds: StreamKind[] = [];
  let planeStart = 9 * streamCount;
  for (let plane = 0; plane < planeCount; plane++) {
    let start = 0;
    for (let chunk = 0; chunk < chunkCount; chunk++) {
      const end = ends[plane * chunkCount + chunk] ?? 0;
      if (end < start) throw error('corrupt', `plane ${plane}, chunk ${chunk}: cumulative size falls`);
      if (planeStart + end > body.length)
        throw error('corrupt', `plane ${plane}, chunk ${chunk}: past the frame's end`);
      const chunkRawBytes = Math.min(chunkBytes, rawBytes - chunk * chunkBytes);
      const planeRawBytes = Math.floor((chunkRawBytes - plane + planeCount - 1) / planeCount);
      const stream = body.subarray(planeStart + start, planeStart + end);
      const type = types[plane * chunkCount + chunk] ?? 0;
      planesOfChunk[chunk]?.push(decodeStream(type, stream, planeRawBytes));
      streamKinds.push(kindOf(type, stream, planeRawBytes));
      start = end;
    }
    planeStart += start;
  }
  const raw = new Uint8Array(rawBytes);
  planesOfChunk.forEach((planes, chunk) => {
    raw.set(mergePlanes(planes, rotated), chunk * chunkBytes);
  });
  return { raw, unusedBytes: body.length - planeStart, streamKinds };
}

function decodeStream(type: number, stream: Uint8Array, rawBytes: number): Uint8Array {
  if (type === 1 && rawBytes > MAX_BLOCK_RAW_BYTES)
    throw error('corrupt', `Huffman block of ${rawBytes} raw bytes`);
  if (type === 1) return decodeHuffmanStream(stream, rawBytes);
  if (type !== 0) throw error('corrupt', `stream type ${type}`);
  if (stream.length !== rawBytes)
    throw error('corrupt', `raw stream of ${stream.length} bytes, not ${rawBytes}`);
  return stream;
}

function kindOf(type: number, stream: Uint8Array, rawBytes: number): StreamKind {
  if (type === 0) return 'raw';
  if (stream.length === rawBytes) return 'copy';
  if (stream.length === 1) return 'constant';
  return (stream[0] ?? 0) < 128 ? 'FSE tree' : 'direct tree';
}

/** One byte rank, then for each dimension a size byte and as many bytes. */
function shapeBytes(afterHeader: Uint8Array): number {
  let offset = 1;
  for (let dimension = 0; dimension < (afterHeader[0] ?? 0); dimension++) {
    const dimensionBytes = afterHeader[offset] ?? 0;
    if (![1, 2, 4, 8].includes(dimensionBytes))
      throw error('corrupt', `shape: dimension of ${dimensionBytes} bytes`);
    offset += 1 + dimensionBytes;
  }
  if (offset > afterHeader.length) throw error('corrupt', 'shape: past the frame');
  return offset;
}

function readU64(bytes: Uint8Array, offset: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (offset + 8 > view.byteLength) throw error('corrupt', 'frame: table past its end');
  const value = Number(view.getBigUint64(offset, true));
  if (!Number.isSafeInteger(value)) throw error('corrupt', `frame: size ${value} exceeds 2^53`);
  return value;
}

function error(code: ZnnErrorCode, message: string): ZnnError {
  return new ZnnError(code, message);
}

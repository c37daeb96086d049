import { ZnnError } from '../../errors.js';
import { FRAME_HEADER_BYTES, HUFFMAN_BLOCK_MAX_BYTES } from './constants.js';
import { DTYPE_CODES, type PlaneLayout } from './dtypes.js';
import { encodedBytesMin } from './geometry.js';
import {
  CHUNK_LOG2_MAX,
  CHUNK_LOG2_MIN,
  DELTA_KINDS,
  FIELD,
  FRAME_MAGIC,
  type FrameHeader,
  INDEX_PROMISED_BIT,
  INPUT_FORMATS,
  STREAMING_BIT,
} from './header.js';
import { readU64, sumText } from './u64.js';

/** Byte 5 for each number of planes; the decoder of one plane never looks. */
const BYTE_REORDERS: ReadonlyMap<number, number> = new Map([
  [2, 10],
  [4, 220],
]);

/** The header at the start of `bytes`, which may hold more; FRAME_HEADER_MAX_BYTES are enough for any.
 * @throws ZnnError `truncated` when `bytes` ends within it, `corrupt` when it contradicts itself, `unsupported` when it
 * is of a kind that znn cannot decode. */
export function decodeFrameHeader(bytes: Uint8Array): FrameHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkMagic(view);
  refuseLossy(bytes);
  const inputFormat = lookUp(INPUT_FORMATS, bytes[FIELD.inputFormat], 'input format');
  const delta = lookUp(DELTA_KINDS, bytes[FIELD.delta], 'delta');
  const dtypeCode = view.getUint8(FIELD.dtypeCode);
  const dtype = lookUp(DTYPE_CODES, dtypeCode, 'dtype code');
  const { planeCount } = dtype;
  const layout = { planeCount, rotated: decodeRotation(view, planeCount) };
  const shape = inputFormat === 'bytes' ? undefined : decodeShape(view);
  const sizes = decodeSizes(view, layout, FRAME_HEADER_BYTES + (shape?.bytes ?? 0));
  if (shape !== undefined) checkShape(shape.dimensions, planeCount, sizes.rawBytes);
  const tiny = view.getUint8(FIELD.versionTiny);
  // Field by field: a file may have a million frames, and spreads made this function eight times slower.
  const header: FrameHeader = {
    planeCount,
    rotated: layout.rotated,
    chunkBytes: sizes.chunkBytes,
    rawBytes: sizes.rawBytes,
    encodedBytes: sizes.encodedBytes,
    headerBytes: sizes.headerBytes,
    version: [view.getUint8(FIELD.versionMajor), view.getUint8(FIELD.versionMinor), tiny],
    promisesFrameIndex: tiny >= INDEX_PROMISED_BIT,
    inputFormat,
    delta,
    isStreaming: view.getUint8(FIELD.streaming) >= STREAMING_BIT,
    dtypeCode,
    dtypeName: dtype.name,
  };
  return shape === undefined ? header : { ...header, shape: shape.dimensions };
}

function checkMagic(view: DataView): void {
  if (view.byteLength >= 2 && view.getUint16(FIELD.magic, true) !== FRAME_MAGIC) {
    const found = view.getUint16(FIELD.magic, false).toString(16).padStart(4, '0');
    throw new ZnnError('corrupt', `frame header: the first bytes are ${found}, not 5a4e ("ZN")`);
  }
  if (view.byteLength < FRAME_HEADER_BYTES) throw cutOff(view.byteLength, FRAME_HEADER_BYTES);
}

/** No encoder sets these, and what they mean to the values is not written down anywhere. */
function refuseLossy(bytes: Uint8Array): void {
  const flags = bytes.subarray(FIELD.lossyType, FIELD.lossyIsInt + 1);
  if (flags.some((flag) => flag !== 0)) {
    throw new ZnnError('unsupported', `frame header: lossy flags ${flags.join(' ')} are not 0 0 0`);
  }
}

function lookUp<T>(table: ReadonlyMap<number, T>, code: number | undefined, field: string): T {
  const meaning = code === undefined ? undefined : table.get(code);
  if (meaning === undefined) {
    const known = [...table.keys()].join(', ');
    throw new ZnnError('unsupported', `frame header: ${field} ${code} is not one of ${known}`);
  }
  return meaning;
}

/** Whether the sign is rotated. Official 8-bit frames set the bit too, although one plane is never rotated. */
function decodeRotation(view: DataView, planeCount: PlaneLayout['planeCount']): boolean {
  const bitReorder = view.getUint8(FIELD.bitReorder);
  if (bitReorder > 1) {
    throw new ZnnError('unsupported', `frame header: bit reorder ${bitReorder} is not 0 or 1`);
  }
  const byteReorder = view.getUint8(FIELD.byteReorder);
  const expected = BYTE_REORDERS.get(planeCount);
  if (expected !== undefined && byteReorder !== expected) {
    throw new ZnnError(
      'unsupported',
      `frame header: byte reorder ${byteReorder} is not ${expected}, the only one for ${planeCount} planes`,
    );
  }
  return planeCount > 1 && bitReorder === 1;
}

type FrameSizes = Pick<FrameHeader, 'chunkBytes' | 'rawBytes' | 'encodedBytes' | 'headerBytes'>;

function decodeSizes(view: DataView, layout: PlaneLayout, headerBytes: number): FrameSizes {
  const chunkLog2 = view.getUint8(FIELD.chunkLog2);
  if (chunkLog2 < CHUNK_LOG2_MIN || chunkLog2 > CHUNK_LOG2_MAX) {
    throw new ZnnError(
      'corrupt',
      `frame header: chunk log2 ${chunkLog2} is outside ${CHUNK_LOG2_MIN} to ${CHUNK_LOG2_MAX}`,
    );
  }
  const statedChunkBytes = 2 ** chunkLog2;
  const chunkBytes =
    layout.planeCount === 1 ? Math.min(statedChunkBytes, HUFFMAN_BLOCK_MAX_BYTES) : statedChunkBytes;
  const rawBytes = readU64(view, FIELD.rawBytes, 'frame header: raw bytes');
  const encodedBytes = readU64(view, FIELD.encodedBytes, 'frame header: encoded bytes');
  const least = encodedBytesMin({ headerBytes, planeCount: layout.planeCount, rawBytes, chunkBytes });
  if (encodedBytes < least) {
    throw new ZnnError(
      'corrupt',
      `frame header: encoded bytes ${encodedBytes} is below ${sumText(least)}, the least that ${rawBytes} raw bytes can take`,
    );
  }
  return { chunkBytes, rawBytes, encodedBytes, headerBytes };
}

/** The dimensions, and the bytes that they take with the rank byte. */
function decodeShape(view: DataView): { dimensions: number[]; bytes: number } {
  const start = FRAME_HEADER_BYTES;
  checkWithinFrame(view, start + 1);
  const rank = view.getUint8(start);
  const dimensions: number[] = [];
  let end = start + 1;
  for (let i = 0; i < rank; i++) {
    checkWithinFrame(view, end + 1);
    const dimensionBytes = view.getUint8(end);
    checkWithinFrame(view, end + 1 + dimensionBytes);
    dimensions.push(readDimension(view, end + 1, dimensionBytes));
    end += 1 + dimensionBytes;
  }
  return { dimensions, bytes: end - start };
}

/** Checks that the first `neededBytes` of the frame belong to it, and are at hand. */
function checkWithinFrame(view: DataView, neededBytes: number): void {
  const encodedBytes = view.getBigUint64(FIELD.encodedBytes, true);
  if (encodedBytes < neededBytes) {
    throw new ZnnError(
      'corrupt',
      `frame header: its shape ends past the frame's ${encodedBytes} encoded bytes`,
    );
  }
  if (view.byteLength < neededBytes) throw cutOff(view.byteLength, neededBytes);
}

function readDimension(view: DataView, offset: number, dimensionBytes: number): number {
  switch (dimensionBytes) {
    case 1:
      return view.getUint8(offset);
    case 2:
      return view.getUint16(offset, true);
    case 4:
      return view.getUint32(offset, true);
    case 8:
      return readU64(view, offset, 'frame header: dimension');
    default:
      throw new ZnnError(
        'corrupt',
        `frame header: dimension size ${dimensionBytes} is not one of 1, 2, 4, 8`,
      );
  }
}

function checkShape(shape: readonly number[], elementBytes: number, rawBytes: number): void {
  const shapeBytes = shape.reduce((product, dimension) => product * BigInt(dimension), BigInt(elementBytes));
  if (shapeBytes !== BigInt(rawBytes)) {
    throw new ZnnError(
      'corrupt',
      `frame header: shape [${shape.join(', ')}] takes ${shapeBytes} bytes, raw bytes is ${rawBytes}`,
    );
  }
}

function cutOff(foundBytes: number, neededBytes: number): ZnnError {
  return new ZnnError('truncated', `frame header: ${foundBytes} bytes left, at least ${neededBytes} needed`);
}

import { ZnnError } from '../../errors.js';
import {
  HUFFMAN_BAD_JUMP_TABLE,
  HUFFMAN_BAD_TREE,
  HUFFMAN_BAD_WEIGHTS,
  HUFFMAN_CODE_TOO_LONG,
  HUFFMAN_LANE_NOT_EXHAUSTED,
  HUFFMAN_NO_END_MARK,
  HUFFMAN_READ_MAX_BITS,
  HUFFMAN_TOO_FEW_SYMBOLS,
} from '../../format/frame/constants.js';
import type { PlaneLayout } from '../../format/frame/dtypes.js';
import { planeBytesOf } from '../../format/frame/geometry.js';
import type { RunningChecksum } from '../checksum.js';
import type { Kernels } from '../kernels.js';
import { CHECKSUM_STATE, decodeWork, planeScratch } from '../memory.js';
import type { PlaneStreams } from './decode-tables.js';

/** Where one stream stands in the kernels' memory. */
export interface LoadedStream {
  readonly type: number;
  readonly address: number;
  readonly bytes: number;
}

/** A plane of a run in the kernels' memory, ready to be decoded. */
export interface LoadedPlane extends PlaneStreams {
  /** Where byte 0 of the plane stands, or would stand if all of it were loaded. */
  readonly address: number;
}

/** A plane's stream of the run's chunk `indexInRun`. */
export function streamOf({ types, ends, address }: LoadedPlane, indexInRun: number): LoadedStream {
  const start = ends[indexInRun] ?? 0;
  const end = ends[indexInRun + 1] ?? 0;
  return { type: types[indexInRun] ?? 0, address: address + start, bytes: end - start };
}

const HUFFMAN_PROBLEMS: Readonly<Record<number, string>> = {
  [HUFFMAN_BAD_TREE]: 'malformed tree description',
  [HUFFMAN_BAD_WEIGHTS]: 'weights do not form a complete code',
  [HUFFMAN_CODE_TOO_LONG]: `a code is longer than ${HUFFMAN_READ_MAX_BITS} bits`,
  [HUFFMAN_BAD_JUMP_TABLE]: 'lanes do not fit into the block',
  [HUFFMAN_NO_END_MARK]: 'a lane has no end mark',
  [HUFFMAN_LANE_NOT_EXHAUSTED]: 'a lane does not end on its first bit',
  [HUFFMAN_TOO_FEW_SYMBOLS]: 'too few symbols for four lanes',
};

/** Decodes one chunk of `chunkRawBytes` bytes from its streams, one a plane, to `target`. The checksum, if any, takes it in.
 * Raw planes are merged from where they stand; only Huffman planes pass through scratch memory.
 * @throws ZnnError `corrupt`, naming the plane */
export function decodeChunk(
  kernels: Kernels,
  layout: PlaneLayout,
  streams: readonly LoadedStream[],
  chunkRawBytes: number,
  target: number,
  checksum?: RunningChecksum,
): void {
  const { planeCount } = layout;
  if (planeCount === 1) {
    const [stream] = streams;
    if (stream === undefined) return;
    if (isPlain(stream, chunkRawBytes)) {
      kernels.bytes.copyWithin(target, stream.address, stream.address + chunkRawBytes);
    } else decodeStream(kernels, stream, 0, target, chunkRawBytes);
    checksum?.update(target, chunkRawBytes);
    return;
  }
  const planes: number[] = [];
  for (let i = 0; i < planeCount; i++) {
    const stream = streams[i];
    if (stream === undefined) return;
    planes.push(decodePlane(kernels, stream, i, planeBytesOf(chunkRawBytes, planeCount, i)));
  }
  mergeChunk(kernels, layout, planes, target, chunkRawBytes, checksum);
}

/** Where the plane stands once it is decoded. */
function decodePlane(kernels: Kernels, stream: LoadedStream, planeIndex: number, planeBytes: number): number {
  if (isPlain(stream, planeBytes)) return stream.address;
  decodeStream(kernels, stream, planeIndex, planeScratch(planeIndex), planeBytes);
  return planeScratch(planeIndex);
}

/** A Huffman stream as long as its plane is a plain copy: the stock decoder's rule. */
function isPlain(stream: LoadedStream, planeBytes: number): boolean {
  return stream.type === 0 || stream.bytes === planeBytes;
}

/** A Huffman stream of one byte stands for that byte, repeated. */
function decodeStream(
  { exports, bytes }: Kernels,
  stream: LoadedStream,
  planeIndex: number,
  target: number,
  planeBytes: number,
): void {
  if (stream.bytes === 1) {
    bytes.fill(bytes[stream.address] ?? 0, target, target + planeBytes);
    return;
  }
  const work = decodeWork(planeIndex);
  const status = exports.decodeHuffman(stream.address, stream.bytes, target, planeBytes, work);
  if (status < 0) {
    throw new ZnnError('corrupt', `Huffman block: plane ${planeIndex}: ${HUFFMAN_PROBLEMS[-status]}`);
  }
}

function mergeChunk(
  { exports }: Kernels,
  layout: PlaneLayout,
  planes: readonly number[],
  raw: number,
  rawBytes: number,
  checksum: RunningChecksum | undefined,
): void {
  const plane0 = planes[0] ?? 0;
  const plane1 = planes[1] ?? 0;
  const plane2 = planes[2] ?? 0;
  const plane3 = planes[3] ?? 0;
  if (checksum !== undefined && layout.planeCount === 2 && layout.rotated) {
    exports.mergeSummed16(raw, rawBytes, plane0, plane1, CHECKSUM_STATE);
    checksum.tookStripes(raw, rawBytes);
    return;
  }
  const rotated = Number(layout.rotated);
  if (layout.planeCount === 2) exports.merge16(raw, rawBytes, plane0, plane1, rotated);
  else exports.merge32(raw, rawBytes, plane0, plane1, plane2, plane3, rotated);
  checksum?.update(raw, rawBytes);
}

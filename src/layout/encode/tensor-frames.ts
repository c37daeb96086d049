import { compressedVectorEntry } from '../../format/container/index-encode.js';
import { CHUNK_BYTES, HUFFMAN_BLOCK_MAX_BYTES } from '../../format/frame/constants.js';
import { ENCODINGS, type Encoding } from '../../format/frame/dtypes.js';
import type { FramePlan } from '../../format/frame/frames.js';
import { encodedBytesMin } from '../../format/frame/geometry.js';
import { frameHeaderBytes } from '../../format/frame/header-encode.js';
import { alignmentOf } from '../../format/safetensors/dtypes.js';
import type { SafetensorsTensor } from '../../format/safetensors/header.js';

/** How the frame of a tensor is made, by the tensor's dtype. */
interface TensorEncoding {
  readonly encoding: Encoding;
  /** Byte 15 of the frame header. */
  readonly dtypeCode: number;
}

/** The dtypes that stock readers restore as what they were. */
const STOCK_DTYPES: ReadonlyMap<string, TensorEncoding> = new Map([
  ['BF16', { encoding: 'bf16', dtypeCode: 6 }],
  ['F16', { encoding: 'f16', dtypeCode: 4 }],
  ['F32', { encoding: 'f32', dtypeCode: 1 }],
  ['F8_E4M3', { encoding: 'bytes', dtypeCode: 29 }],
  ['F8_E5M2', { encoding: 'bytes', dtypeCode: 30 }],
]);

const RANK_MAX = 255;
/** The stock decoder miscounts the header of a longer dimension. */
const DIMENSION_MAX = 2 ** 32 - 1;

/** The frame that a tensor may become in a `.znn.safetensors` file; undefined for one that stays as it is: of another dtype,
 * unless `allDtypes` is set, or too small to gain anything. */
export function tensorFrameOf(tensor: SafetensorsTensor, allDtypes: boolean): FramePlan | undefined {
  const stock = STOCK_DTYPES.get(tensor.dtype);
  if (stock === undefined && !allDtypes) return undefined;
  const { encoding, dtypeCode } = stock ?? otherEncoding(tensor.dtype);
  const rawBytes = tensor.fileEnd - tensor.fileStart;
  const { planeCount } = ENCODINGS[encoding];
  const shape = stock === undefined ? [rawBytes / planeCount] : tensor.shape;
  if (shape.length > RANK_MAX || shape.some((dimension) => dimension > DIMENSION_MAX)) return undefined;
  const limitBytes = rawBytes - entryBytesOf(tensor);
  const headerBytes = frameHeaderBytes(shape);
  const chunkBytes = planeCount === 1 ? HUFFMAN_BLOCK_MAX_BYTES : CHUNK_BYTES;
  if (rawBytes === 0 || encodedBytesMin({ headerBytes, planeCount, rawBytes, chunkBytes }) >= limitBytes)
    return undefined;
  return { rawOffset: tensor.fileStart, rawBytes, encoding, tensor: { shape, dtypeCode, limitBytes } };
}

/** By the width of an element alone: the runs of a large tensor are encoded apart, so no sample can decide. */
function otherEncoding(dtype: string): TensorEncoding {
  const width = alignmentOf(dtype);
  if (width === 1) return { encoding: 'bytes', dtypeCode: ENCODINGS.bytes.dtypeCode };
  const encoding = width === 2 ? 'f16' : 'i32';
  return { encoding, dtypeCode: ENCODINGS[encoding].dtypeCode };
}

/** What the container's header grows by when the tensor is compressed: about its entry in ZipNN's list. */
function entryBytesOf({ name, dtype, shape }: SafetensorsTensor): number {
  return JSON.stringify(compressedVectorEntry(name, dtype, shape)).length;
}

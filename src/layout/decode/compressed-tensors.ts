import { ZnnError } from '../../errors.js';
import { COMPRESSED_DTYPE, TENSOR_ALIGNMENT_BYTES } from '../../format/container/keys.js';
import { FRAME_HEADER_BYTES } from '../../format/frame/constants.js';
import { FRAME_HEADER_MAX_BYTES, type FrameHeader } from '../../format/frame/header.js';
import { decodeFrameHeader } from '../../format/frame/header-decode.js';
import type { SafetensorsTensor } from '../../format/safetensors/header.js';
import type { ByteSource } from '../../sources/byte-source.js';

/** The tensors that are frames, whether or not anything says so: bytes that begin with a frame header, shape included,
 * whose frame is as long as the tensor.
 * @throws ZnnError `io` */
export function findCompressedTensors(
  source: ByteSource,
  tensors: readonly SafetensorsTensor[],
): Map<string, FrameHeader> {
  const found = new Map<string, FrameHeader>();
  for (const tensor of tensors) {
    const header = frameHeaderOf(source, tensor);
    if (header !== undefined) found.set(tensor.name, header);
  }
  return found;
}

function frameHeaderOf(source: ByteSource, tensor: SafetensorsTensor): FrameHeader | undefined {
  const { dtype, shape, fileStart, fileEnd } = tensor;
  const tensorBytes = fileEnd - fileStart;
  if (dtype !== COMPRESSED_DTYPE || shape.length !== 1 || tensorBytes <= FRAME_HEADER_BYTES) return undefined;
  const start = source.read(fileStart, Math.min(tensorBytes, FRAME_HEADER_MAX_BYTES));
  try {
    const header = decodeFrameHeader(start);
    const paddingBytes = tensorBytes - header.encodedBytes;
    const fills = paddingBytes >= 0 && paddingBytes < TENSOR_ALIGNMENT_BYTES;
    return header.shape !== undefined && fills ? header : undefined;
  } catch (error) {
    if (error instanceof ZnnError && error.code !== 'io') return undefined;
    throw error;
  }
}

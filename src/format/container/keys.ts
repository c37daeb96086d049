// What both sides of a `.znn.safetensors` file share: a safetensors file in which some tensors are frames.
// docs/format.md, "`.znn.safetensors`".

import { CHECKSUM_RUN_BYTES } from '../frame/constants.js';

/** ZipNN's metadata key: a JSON string, `{"name": {"dtype": "bfloat16", "shape": "[1024, 64]"}}`. A tensor that it names is
 * compressed, any other stands as it is. */
export const COMPRESSED_VECTORS_KEY = 'znn_compressed_vectors';
/** Our own: the container's index document and its trailer, as base64. */
export const CONTAINER_INDEX_KEY = 'znn_index';
/** Stands beside the index, so that one damaged key cannot make our file pass for one without an index. */
export const CONTAINER_VERSION_KEY = 'znn_version';
export const CONTAINER_VERSION = '1';
/** Without it transformers refuses a file. */
export const FORMAT_KEY = 'format';
export const FORMAT_DEFAULT = 'pt';
/** The container's dtype of a compressed tensor. */
export const COMPRESSED_DTYPE = 'U8';

/** Readers on the Hub refuse longer headers. */
export const HUB_HEADER_MAX_BYTES = 25_000_000;
/** The first tensor that is not compressed begins at a multiple of this: torch views its bytes as elements. */
export const TENSOR_ALIGNMENT_BYTES = 8;

/** Checksums of a tensor of `rawBytes`, one for each CHECKSUM_RUN_BYTES. */
export function runChecksumCountOf(rawBytes: number): number {
  return Math.ceil(rawBytes / CHECKSUM_RUN_BYTES);
}

/** What our own files say of themselves: the file that they were made of. */
export interface ContainerIndex {
  readonly originalBytes: number;
  /** The JSON of the original's header, byte for byte. */
  readonly originalJson: Uint8Array;
  /** Of all tensors in the order of the original's data, XXH64 of every CHECKSUM_RUN_BYTES. */
  readonly checksums: readonly bigint[];
  /** SHA-256 of the original, lower-case hex. */
  readonly sha256?: string;
}

/** A tensor where it stands in a safetensors file. */
export interface PlacedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** From the end of the header, half-open. */
  readonly dataStart: number;
  readonly dataEnd: number;
}

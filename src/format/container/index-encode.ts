import { CHECKSUM_RUN_BYTES } from '../frame/constants.js';
import { encodeIndexDocument, hexToBytes } from '../frame-index/document-encode.js';
import { CHECKSUM_BYTES, type Checksum } from '../frame-index/fields.js';
import type { TextPieces } from '../json/pieces.js';
import { torchNameOf } from '../safetensors/dtypes.js';
import type { HeaderMetadata, KnownKey } from '../safetensors/metadata.js';
import {
  COMPRESSED_VECTORS_KEY,
  CONTAINER_INDEX_KEY,
  CONTAINER_VERSION,
  CONTAINER_VERSION_KEY,
  type ContainerIndex,
  FORMAT_DEFAULT,
  FORMAT_KEY,
} from './keys.js';

/** Bytes that fit into the arguments of one call, and a multiple of 3, so that pieces of base64 can be joined. */
const PIECE_BYTES = 8190;

/** The container's index as it stands in metadata, in pieces.
 * @param deflatedJson `originalJson`, deflated */
export function encodeContainerIndex(
  index: ContainerIndex,
  deflatedJson: Uint8Array,
  checksum: Checksum,
): Iterable<string> {
  const checksums = new Uint8Array(index.checksums.length * CHECKSUM_BYTES);
  const view = new DataView(checksums.buffer);
  for (const [i, each] of index.checksums.entries()) view.setBigUint64(i * CHECKSUM_BYTES, each, true);
  const document = encodeIndexDocument(
    {
      originalBytes: index.originalBytes,
      headerBytes: index.originalJson.length,
      header: deflatedJson,
      checksumRunBytes: CHECKSUM_RUN_BYTES,
      checksums,
      ...(index.sha256 === undefined ? {} : { sha256: hexToBytes(index.sha256) }),
    },
    checksum,
  );
  return toBase64(document);
}

function* toBase64(bytes: Uint8Array): Generator<string> {
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    const piece = bytes.subarray(start, start + PIECE_BYTES);
    // Not `...piece`: that would ask an iterator for each byte, and take ten times as long.
    yield btoa(String.fromCharCode.apply(undefined, piece as unknown as number[]));
  }
}

/** The entry of a compressed tensor in ZipNN's list, in Python's spelling. */
export function compressedVectorEntry(name: string, dtype: string, shape: readonly number[]): string {
  const info = `{"dtype": ${JSON.stringify(torchNameOf(dtype))}, "shape": "[${shape.join(', ')}]"}`;
  return `${JSON.stringify(name)}: ${info}`;
}

/** ZipNN's list of what is compressed, in pieces. */
export function* compressedVectorList(entries: Iterable<string>): Generator<string> {
  let separator = '{';
  for (const entry of entries) {
    yield separator;
    yield entry;
    separator = ', ';
  }
  yield separator === '{' ? '{}' : '}';
}

/** The container's metadata: the original's, what stock readers need, and the index. What is ours takes the place of a key
 * of the same name. */
export function* containerMetadata(
  original: HeaderMetadata | undefined,
  vectorList: TextPieces,
  encodedIndex: TextPieces,
): Generator<readonly [string, TextPieces]> {
  const added: readonly (readonly [KnownKey, TextPieces])[] = [
    ...(original?.has(FORMAT_KEY) ? [] : [[FORMAT_KEY, FORMAT_DEFAULT] as const]),
    [COMPRESSED_VECTORS_KEY, vectorList],
    [CONTAINER_VERSION_KEY, CONTAINER_VERSION],
    [CONTAINER_INDEX_KEY, encodedIndex],
  ];
  const values = new Map<string, TextPieces>(added);
  for (const [key, value] of original ?? []) yield [key, values.get(key) ?? value];
  for (const [key, value] of added) if (!original?.has(key)) yield [key, value];
}

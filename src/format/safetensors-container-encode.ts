import { CHECKSUM_RUN_BYTES } from './constants.js';
import { CHECKSUM_BYTES, type Checksum } from './frame-index.js';
import { encodeIndexDocument, hexToBytes } from './index-document-encode.js';
import {
  COMPRESSED_VECTORS_KEY,
  CONTAINER_INDEX_KEY,
  CONTAINER_VERSION,
  CONTAINER_VERSION_KEY,
  type ContainerIndex,
  FORMAT_DEFAULT,
  FORMAT_KEY,
} from './safetensors-container.js';
import { torchNameOf } from './safetensors-dtypes.js';

/** Characters that fit into the arguments of one call. */
const CALL_CHARACTERS = 8192;

/** The container's index as it stands in metadata.
 * @param deflatedJson `originalJson`, deflated */
export function encodeContainerIndex(
  index: ContainerIndex,
  deflatedJson: Uint8Array,
  checksum: Checksum,
): string {
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

function toBase64(bytes: Uint8Array): string {
  let characters = '';
  for (let offset = 0; offset < bytes.length; offset += CALL_CHARACTERS)
    characters += String.fromCharCode(...bytes.subarray(offset, offset + CALL_CHARACTERS));
  return btoa(characters);
}

/** The entry of a compressed tensor in ZipNN's list, in Python's spelling. */
export function compressedVectorEntry(name: string, dtype: string, shape: readonly number[]): string {
  const info = `{"dtype": ${JSON.stringify(torchNameOf(dtype))}, "shape": "[${shape.join(', ')}]"}`;
  return `${JSON.stringify(name)}: ${info}`;
}

/** The container's metadata: the original's, what stock readers need, and the index. */
export function containerMetadata(
  original: ReadonlyMap<string, string> | undefined,
  vectorEntries: readonly string[],
  encodedIndex: string,
): Map<string, string> {
  const metadata = new Map(original);
  if (!metadata.has(FORMAT_KEY)) metadata.set(FORMAT_KEY, FORMAT_DEFAULT);
  metadata.set(COMPRESSED_VECTORS_KEY, `{${vectorEntries.join(', ')}}`);
  metadata.set(CONTAINER_VERSION_KEY, CONTAINER_VERSION);
  metadata.set(CONTAINER_INDEX_KEY, encodedIndex);
  return metadata;
}

import { deflateSync, strFromU8 } from 'fflate';
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

/** Not the level that gains most: level 9 takes twice the time for 0.1 %. */
const DEFLATE_LEVEL = 6;

/** A JSON header, deflated to the same bytes on every machine. The one that Node brings differs between versions and
 * processors. */
export function deflateJson(json: Uint8Array): Uint8Array {
  return deflateSync(json, { level: DEFLATE_LEVEL });
}

/** The container's index as it stands in metadata.
 * @param deflatedJson what `deflateJson` made of `originalJson` */
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
  return btoa(strFromU8(document, true));
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

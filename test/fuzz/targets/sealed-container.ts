// Our own files in the hands of somebody who knows how to put checksums right.

import { FRAME_HEADER_BYTES } from '../../../src/format/frame/constants.js';
import { encodeIndexDocument } from '../../../src/format/frame-index/document-encode.js';
import {
  CHECKSUM_BYTES,
  type FrameIndexEntry,
  INDEX_TRAILER_BYTES,
  TRAILER_FIELD,
} from '../../../src/format/frame-index/fields.js';
import { decodeIndexDocument } from '../../../src/format/frame-index/index-decode.js';
import { concatBytes, u64Bytes } from '../../support/bytes.js';
import { geometricBytes } from '../../support/distributions.js';
import { safetensorsFile } from '../../support/model-folder.js';
import { boundedProduct, boundedReference } from '../by-reference.js';
import { checksum, compressByProduct } from '../decode-product.js';
import { mutate, type Random } from '../mutate.js';
import { Finding, type FuzzTarget, isEqual, outcomeOf } from '../target.js';

const RAW_BYTES_AT = 16;
const ODD_NUMBERS = [0, 1, 31, 32, 2 ** 31, 2 ** 32 - 1, 2 ** 32 + 1, 2 ** 53 - 1];

/** A file in its parts, the index's numbers free to be changed. */
interface Parts {
  readonly frames: Uint8Array;
  readonly indexHeader: Uint8Array;
  readonly entries: number[][];
  readonly checksums: bigint[];
  originalBytes: number;
}

/** The index's checksum is right again after every mutation: what is accepted must be what the frames stand for. */
export const sealedContainer: FuzzTarget = {
  name: 'sealed-container',
  corpus: () =>
    [safetensorsFile(1, 700), geometricBytes(2, 1500, 60, 1.3)].map((raw) => compressByProduct(raw)),
  fresh: (random) =>
    compressByProduct(safetensorsFile(random() | 1, random() % 2000), { frameBytes: 64 + (random() % 2000) }),
  mutate(input, other, random) {
    const parts = random() % 4 === 0 ? undefined : partsOf(input);
    if (parts === undefined) return sealed(mutate(input, other, random));
    for (let left = 1 + (random() % 3); left > 0; left--) changeParts(parts, random);
    return joined(parts);
  },
  run: (input) =>
    outcomeOf(
      () => boundedProduct(input),
      (raw) => {
        if (!isEqual(raw, boundedReference(input)))
          throw new Finding(`${raw.length} bytes that the frames do not hold`);
      },
    ),
};

/** The document's checksum in the trailer made right, where there is a trailer. */
function sealed(file: Uint8Array): Uint8Array {
  const trailerAt = file.length - INDEX_TRAILER_BYTES;
  if (trailerAt < 0) return file;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const documentAt = trailerAt - view.getUint32(trailerAt + TRAILER_FIELD.documentBytes, true);
  if (documentAt < 0) return file;
  view.setBigUint64(trailerAt + TRAILER_FIELD.checksum, checksum(file.subarray(documentAt, trailerAt)), true);
  return file;
}

function partsOf(file: Uint8Array): Parts | undefined {
  const trailerAt = file.length - INDEX_TRAILER_BYTES;
  if (trailerAt < 0) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const documentBytes = view.getUint32(trailerAt + TRAILER_FIELD.documentBytes, true);
  const documentAt = trailerAt - documentBytes;
  if (documentAt < FRAME_HEADER_BYTES) return undefined;
  try {
    const document = file.subarray(documentAt, trailerAt);
    const trailer = { documentBytes, documentChecksum: checksum(document) };
    const index = decodeIndexDocument(document, trailer, checksum);
    return {
      frames: file.slice(0, documentAt - FRAME_HEADER_BYTES),
      indexHeader: file.slice(documentAt - FRAME_HEADER_BYTES, documentAt),
      entries: index.frames.map(numbersOf),
      checksums: index.frames.map((entry) => entry.checksum),
      originalBytes: index.originalBytes,
    };
  } catch {
    return undefined;
  }
}

function numbersOf({ frameOffset, encodedBytes, rawBytes, dtypeCode }: FrameIndexEntry): number[] {
  return [frameOffset, encodedBytes, rawBytes, dtypeCode];
}

function changeParts(parts: Parts, random: Random): void {
  const { entries, frames } = parts;
  const at = random() % Math.max(1, entries.length);
  const entry = entries[at];
  const step = [-32, -1, 1, 32, 4][random() % 5] ?? 1;
  if (entry === undefined) {
    parts.originalBytes += step;
    return;
  }
  switch (random() % 8) {
    case 0:
      entry[random() % entry.length] = ODD_NUMBERS[random() % ODD_NUMBERS.length] ?? 0;
      break;
    case 1:
      entry[random() % entry.length] = Math.max(0, (entry[0] ?? 0) + step);
      break;
    case 2:
      entries.splice(at, random() & 1);
      break;
    case 3:
      entries.splice(random() % entries.length, 0, [...entry]);
      break;
    case 4:
      parts.originalBytes = Math.max(0, parts.originalBytes + step);
      break;
    case 5:
      entries.reverse();
      break;
    default:
      lie(parts, entry, frames, step);
  }
}

/** Other raw bytes than there are, and all numbers agree: only the payload can tell. */
function lie(parts: Parts, entry: number[], frames: Uint8Array, step: number): void {
  const [frameOffset = 0, , rawBytes = 0] = entry;
  const claimed = Math.max(1, rawBytes + step);
  if (frameOffset + FRAME_HEADER_BYTES > frames.length) return;
  frames.set(u64Bytes(BigInt(claimed)), frameOffset + RAW_BYTES_AT);
  entry[2] = claimed;
  parts.originalBytes += claimed - rawBytes;
}

function joined({ frames, indexHeader, entries, checksums, originalBytes }: Parts): Uint8Array {
  const fields = {
    originalBytes: Math.max(0, originalBytes),
    frames: entries.map((entry, i) => [...entry, checksumBytes(checksums[i] ?? 0n)]),
  };
  const document = encodeIndexDocument(fields, checksum);
  const header = Uint8Array.from(indexHeader);
  header.set(u64Bytes(BigInt(FRAME_HEADER_BYTES + document.length)), 24);
  return concatBytes(frames, header, document);
}

function checksumBytes(sum: bigint): Uint8Array {
  const bytes = new Uint8Array(CHECKSUM_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, sum, true);
  return bytes;
}

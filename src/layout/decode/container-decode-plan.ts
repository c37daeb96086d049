// What a `.znn.safetensors` file restores to. Ours say what the original's header was, byte for byte. Those of the stock
// script don't: there the header is made anew, as the safetensors library would write it.

import { toZnnError, ZnnError } from '../../errors.js';
import { parseCompressedVectors } from '../../format/container/compressed-vectors.js';
import { decodeContainerIndex } from '../../format/container/index-decode.js';
import {
  COMPRESSED_VECTORS_KEY,
  CONTAINER_INDEX_KEY,
  CONTAINER_VERSION,
  CONTAINER_VERSION_KEY,
  type ContainerIndex,
  runChecksumCountOf,
  TENSOR_ALIGNMENT_BYTES,
} from '../../format/container/keys.js';
import { HUFFMAN_BLOCK_MAX_BYTES } from '../../format/frame/constants.js';
import type { DecodeFrame } from '../../format/frame/frames.js';
import { writeU64 } from '../../format/frame/u64.js';
import type { Checksum } from '../../format/frame-index/fields.js';
import { assertHeaderWithin, assertWithin, type Limits } from '../../format/limits.js';
import { alignmentOf, safetensorsNameOf } from '../../format/safetensors/dtypes.js';
import {
  parseSafetensorsHeader,
  readSafetensorsHeader,
  SAFETENSORS_LENGTH_BYTES,
  type SafetensorsHeader,
  type SafetensorsTensor,
} from '../../format/safetensors/header.js';
import { safetensorsHeaderBytes, safetensorsHeaderLength } from '../../format/safetensors/header-bytes.js';
import type { ByteSource } from '../../sources/byte-source.js';
import { inflateJson } from '../deflate.js';
import type { DecompressPlan } from '../plans.js';
import { findCompressedTensors } from './compressed-tensors.js';
import { readFrame } from './frame-reader.js';
import { otherFileError } from './other-file-error.js';

/** A tensor of the container, and what it restores to. */
interface ContainedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Its bytes where they stand in the container. Where they go, and their checksums, are filled in when they are known: in the
   * same object, since there may be a million. */
  readonly frame: { -readonly [Key in keyof DecodeFrame]: DecodeFrame[Key] };
}

const NOT_KNOWN_YET = 0;

const NOTE_ON_STOCK_FILES =
  'written without the original header: every tensor is what the file holds, but whether the file is the original, byte for byte, cannot be known';

/** @throws ZnnError `corrupt`, `truncated`, `unsupported` or `io`, with `where.tensor` and `where.offset` */
export function planContainerDecompression(
  source: ByteSource,
  checksum: Checksum,
  limits: Limits,
): DecompressPlan {
  const reading = readSafetensorsHeader(source, limits);
  assertHeaderWithin(reading);
  if (!reading.isCanonical) {
    throw otherFileError(source) ?? new ZnnError('corrupt', `safetensors header: ${reading.reason}`);
  }
  const { header } = reading;
  assertWithin(limits, 'frames', header.tensors.length);
  const isOurs = hasIndex(header.metadata);
  const vectors = header.metadata?.get(COMPRESSED_VECTORS_KEY);
  if (vectors === undefined) throw vectorsMissing(source, header, isOurs);
  const tensors = readTensors(source, header, new Set(parseCompressedVectors(vectors).keys()));
  const encodedIndex = header.metadata?.get(CONTAINER_INDEX_KEY);
  const base = { format: 'safetensors', sourceBytes: source.sizeBytes } as const;
  if (encodedIndex === undefined) return { kind: 'zipnn', ...base, ...planByTensors(header, tensors) };
  const { deflatedJson, headerBytes, ...rest } = decodeContainerIndex(encodedIndex, checksum, limits);
  const index = { ...rest, originalJson: inflateJson(deflatedJson, headerBytes) };
  return { kind: 'znn', ...base, ...planByIndex(index, tensors, limits) };
}

/** Without the list a file is damaged, or stock ZipNN's script forgot it, or nothing in it was ever compressed. */
function vectorsMissing(source: ByteSource, { tensors }: SafetensorsHeader, isOurs: boolean): ZnnError {
  const fault = `${COMPRESSED_VECTORS_KEY} is missing, which names the compressed tensors`;
  if (isOurs) return new ZnnError('corrupt', `safetensors metadata: ${fault}`);
  if (findCompressedTensors(source, tensors).size > 0)
    return new ZnnError('unsupported', `safetensors metadata: ${fault}; znn check --repair rebuilds it`);
  return new ZnnError('unsupported', 'is not compressed: a safetensors file none of whose tensors is');
}

function hasIndex(metadata: SafetensorsHeader['metadata']): boolean {
  const version = metadata?.get(CONTAINER_VERSION_KEY);
  const isThere = metadata?.has(CONTAINER_INDEX_KEY) === true;
  if (isThere !== (version !== undefined)) {
    const missing = isThere ? CONTAINER_VERSION_KEY : CONTAINER_INDEX_KEY;
    throw new ZnnError('corrupt', `safetensors metadata: ${missing} is missing`);
  }
  if (isThere && version !== CONTAINER_VERSION) {
    const message = `safetensors metadata: ${CONTAINER_VERSION_KEY} ${JSON.stringify(version)} is not ${CONTAINER_VERSION}`;
    throw new ZnnError('unsupported', message);
  }
  return isThere;
}

function readTensors(
  source: ByteSource,
  { tensors }: SafetensorsHeader,
  compressedNames: Set<string>,
): Map<string, ContainedTensor> {
  const contained = new Map<string, ContainedTensor>();
  for (const tensor of tensors) {
    const isCompressed = compressedNames.delete(tensor.name);
    contained.set(tensor.name, isCompressed ? readCompressed(source, tensor) : storedTensor(tensor));
  }
  const [missing] = compressedNames;
  if (missing === undefined) return contained;
  throw new ZnnError('corrupt', `${COMPRESSED_VECTORS_KEY}: names a tensor that is not there`, {
    tensor: missing,
  });
}

function storedTensor({ name, dtype, shape, fileStart, fileEnd }: SafetensorsTensor): ContainedTensor {
  const rawBytes = fileEnd - fileStart;
  const frame = {
    planeCount: 1,
    rotated: false,
    headerBytes: 0,
    chunkBytes: HUFFMAN_BLOCK_MAX_BYTES,
    frameOffset: fileStart,
    encodedBytes: rawBytes,
    rawBytes,
    rawOffset: NOT_KNOWN_YET,
    dtypeName: 'stored',
    isStored: true,
  } as const;
  return { name, dtype, shape, frame };
}

function readCompressed(source: ByteSource, tensor: SafetensorsTensor): ContainedTensor {
  const { name, fileStart, fileEnd } = tensor;
  const place = { tensor: name, offset: fileStart };
  try {
    // The frame must not reach beyond its tensor.
    const { header, payloadEnd } = readFrame(
      { sizeBytes: fileEnd, read: source.read.bind(source) },
      fileStart,
    );
    const { encodedBytes, rawBytes, shape } = header;
    if (header.delta !== 'none') {
      throw new ZnnError('unsupported', `frame header: delta "${header.delta}" in a tensor`);
    }
    if (shape === undefined) throw new ZnnError('corrupt', 'frame header: input format "bytes" in a tensor');
    if (payloadEnd !== fileStart + encodedBytes) {
      throw new ZnnError(
        'corrupt',
        `frame: its payload ends at ${payloadEnd - fileStart}, the frame at ${encodedBytes}`,
      );
    }
    checkPadding(source, payloadEnd, fileEnd);
    const { planeCount, rotated, headerBytes, chunkBytes, dtypeName } = header;
    const frame = {
      planeCount,
      rotated,
      headerBytes,
      chunkBytes,
      frameOffset: fileStart,
      encodedBytes,
      rawBytes,
      rawOffset: NOT_KNOWN_YET,
      dtypeName,
    };
    return { name, dtype: safetensorsNameOf(dtypeName), shape, frame };
  } catch (thrown) {
    throw toZnnError(thrown, place);
  }
}

function checkPadding(source: ByteSource, start: number, end: number): void {
  const paddingBytes = end - start;
  if (paddingBytes >= TENSOR_ALIGNMENT_BYTES) {
    throw new ZnnError('corrupt', `tensor: ${paddingBytes} bytes follow its frame`);
  }
  if (paddingBytes > 0 && source.read(start, paddingBytes).some((byte) => byte !== 0)) {
    throw new ZnnError('corrupt', 'tensor: the bytes that follow its frame are not zero');
  }
}

type Restored = Omit<DecompressPlan, 'kind' | 'format' | 'sourceBytes'>;

/** The original's own header says where each tensor goes; the container must hold exactly these. */
function planByIndex(
  index: ContainerIndex,
  tensors: ReadonlyMap<string, ContainedTensor>,
  limits: Limits,
): Restored {
  const reading = parseSafetensorsHeader(index.originalJson, index.originalBytes, limits.tensors);
  assertHeaderWithin(reading);
  if (!reading.isCanonical)
    throw new ZnnError('corrupt', `container: the original's header: ${reading.reason}`);
  const originals = reading.header.tensors;
  if (originals.length !== tensors.size) {
    throw new ZnnError(
      'corrupt',
      `container: ${tensors.size} tensors, the original's header has ${originals.length}`,
    );
  }
  const frames: DecodeFrame[] = [];
  let used = 0;
  for (const original of originals) {
    const frame = frameFor(original, tensors.get(original.name));
    const checksumEnd = used + runChecksumCountOf(frame.rawBytes);
    frame.rawOffset = original.fileStart;
    frame.runChecksums = index.checksums.slice(used, checksumEnd);
    used = checksumEnd;
    if (frame.rawBytes > 0) frames.push(frame);
  }
  if (used !== index.checksums.length) {
    throw new ZnnError(
      'corrupt',
      `frame index: ${index.checksums.length} checksums, its tensors have ${used}`,
    );
  }
  const prefix = new Uint8Array(SAFETENSORS_LENGTH_BYTES + index.originalJson.length);
  writeU64(new DataView(prefix.buffer), 0, index.originalJson.length);
  prefix.set(index.originalJson, SAFETENSORS_LENGTH_BYTES);
  const { sha256 } = index;
  return { rawBytes: index.originalBytes, frames, prefix, ...(sha256 !== undefined && { sha256 }) };
}

function frameFor(
  original: SafetensorsTensor,
  contained: ContainedTensor | undefined,
): ContainedTensor['frame'] {
  const place = { tensor: original.name };
  if (contained === undefined) throw new ZnnError('corrupt', 'container: the tensor is missing', place);
  const { frame } = contained;
  const rawBytes = original.fileEnd - original.fileStart;
  if (frame.rawBytes !== rawBytes) {
    throw new ZnnError(
      'corrupt',
      `container: ${frame.rawBytes} raw bytes, the original's header says ${rawBytes}`,
      place,
    );
  }
  return frame;
}

/** A header made from what the tensors say of themselves. */
function planByTensors(
  { metadata }: SafetensorsHeader,
  tensors: ReadonlyMap<string, ContainedTensor>,
): Restored {
  const ordered = [...tensors.values()].toSorted(inLibraryOrder);
  let dataEnd = 0;
  const placed = ordered.map(({ name, dtype, shape, frame }) => {
    const dataStart = dataEnd;
    dataEnd += frame.rawBytes;
    return { name, dtype, shape, dataStart, dataEnd };
  });
  if (!Number.isSafeInteger(dataEnd)) {
    throw new ZnnError('corrupt', `container: the raw bytes exceed ${Number.MAX_SAFE_INTEGER}`);
  }
  const kept = new Map(metadata);
  kept.delete(COMPRESSED_VECTORS_KEY);
  const prefix = safetensorsHeaderBytes(placed, kept, safetensorsHeaderLength(placed, kept));
  for (const [i, { frame }] of ordered.entries())
    frame.rawOffset = prefix.length + (placed[i]?.dataStart ?? 0);
  const frames = ordered.map(({ frame }) => frame).filter(({ rawBytes }) => rawBytes > 0);
  return { rawBytes: prefix.length + dataEnd, frames, prefix, note: NOTE_ON_STOCK_FILES };
}

/** The widest elements first, then by name: so the safetensors library aligns tensors. */
function inLibraryOrder(one: ContainedTensor, other: ContainedTensor): number {
  const byWidth = alignmentOf(other.dtype) - alignmentOf(one.dtype);
  if (byWidth !== 0) return byWidth;
  return one.name < other.name ? -1 : 1;
}

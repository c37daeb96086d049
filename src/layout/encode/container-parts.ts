// What a `.znn.safetensors` file consists of when its tensors are encoded: those that did not shrink, stored, and the header that
// says where each stands. A file may have a million tensors, so each costs one object at a time and no list in between.

import {
  compressedVectorEntry,
  compressedVectorList,
  containerMetadata,
  encodeContainerIndex,
} from '../../format/container/index-encode.js';
import { COMPRESSED_DTYPE, type PlacedTensor, TENSOR_ALIGNMENT_BYTES } from '../../format/container/keys.js';
import type { EncodedFrame, FramePlan } from '../../format/frame/frames.js';
import type { Checksum } from '../../format/frame-index/fields.js';
import { alignmentOf } from '../../format/safetensors/dtypes.js';
import { bytesOf, type SafetensorsTensor } from '../../format/safetensors/header.js';
import { type MetadataPairs, safetensorsHeaderBytes } from '../../format/safetensors/header-bytes.js';
import type { ContainerLayout } from '../plans.js';

/** What a container's index is made of when all checksums are known. */
export interface ContainerSums {
  /** In the order of the original's data. */
  readonly checksums: readonly bigint[];
  readonly sha256: string | undefined;
  readonly checksum: Checksum;
}

/** The metadata of a container's header, for one pass over it. */
export function metadataOf(
  { header, originalJson, deflatedJson, sourceBytes }: Omit<ContainerLayout, 'reservedBytes'>,
  compressed: Iterable<SafetensorsTensor>,
  { checksums, sha256, checksum }: ContainerSums,
): MetadataPairs {
  const index = {
    originalBytes: sourceBytes,
    originalJson,
    checksums,
    ...(sha256 !== undefined && { sha256 }),
  };
  const encodedIndex = encodeContainerIndex(index, deflatedJson, checksum);
  return containerMetadata(header.metadata, compressedVectorList(vectorEntries(compressed)), encodedIndex);
}

function* vectorEntries(tensors: Iterable<SafetensorsTensor>): Generator<string> {
  for (const { name, dtype, shape } of tensors) yield compressedVectorEntry(name, dtype, shape);
}

/** What follows the frames of the tensors that shrank. */
export interface StoredPart {
  /** Where it begins in the container: after zero bytes that align it. */
  readonly startOffset: number;
  /** The other tensors, those of the widest elements first, so that all are aligned. */
  readonly frames: readonly FramePlan[];
  /** Which tensor of the header each is. */
  readonly tensorNumbers: readonly number[];
}

/** @param encodedEnd where the frames end in the container */
export function planStoredPart(
  { header, reservedBytes }: ContainerLayout,
  encoded: readonly EncodedFrame[],
  plans: readonly FramePlan[],
  encodedEnd: number,
): StoredPart {
  const { tensors } = header;
  const outputs = outputsOf(tensors, plans, encoded);
  const alignments = tensors.map(({ dtype }) => alignmentOf(dtype));
  const tensorNumbers = [...tensors.keys()]
    .filter((number) => outputs[number] === undefined && bytesOf(tensors[number] as SafetensorsTensor) > 0)
    .sort((one, other) => (alignments[other] ?? 0) - (alignments[one] ?? 0));
  const frames = tensorNumbers.map((number) => {
    const tensor = tensors[number] as SafetensorsTensor;
    return {
      rawOffset: tensor.fileStart,
      rawBytes: bytesOf(tensor),
      encoding: 'bytes' as const,
      isStored: true,
    };
  });
  const paddingBytes = frames.length === 0 ? 0 : -(encodedEnd - reservedBytes) & (TENSOR_ALIGNMENT_BYTES - 1);
  return { startOffset: encodedEnd + paddingBytes, frames, tensorNumbers };
}

/** For each tensor its frame, if one was written. The plans are in the order of the tensors. */
function outputsOf(
  tensors: readonly SafetensorsTensor[],
  plans: readonly FramePlan[],
  encoded: readonly EncodedFrame[],
): (EncodedFrame | undefined)[] {
  let used = 0;
  return tensors.map((tensor) => {
    // Empty ones stand where the next one begins.
    if (bytesOf(tensor) === 0 || plans[used]?.rawOffset !== tensor.fileStart) return undefined;
    const frame = encoded[used++];
    return frame !== undefined && frame.encodedBytes > 0 ? frame : undefined;
  });
}

/** What was written of the two parts. */
export interface ContainerParts {
  readonly plans: readonly FramePlan[];
  /** What became of these. */
  readonly encoded: readonly EncodedFrame[];
  readonly stored: StoredPart;
  /** What became of its frames. */
  readonly copied: readonly EncodedFrame[];
}

/** The container's header, once every tensor has its place. */
export function containerHeader(
  layout: ContainerLayout,
  { plans, encoded, stored, copied }: ContainerParts,
  sums: Omit<ContainerSums, 'checksums'>,
): Uint8Array {
  const { tensors } = layout.header;
  const outputs = outputsOf(tensors, plans, encoded);
  const compressed = tensors.filter((_, i) => outputs[i] !== undefined);
  const isCompressed = new Set(compressed);
  for (const [i, number] of stored.tensorNumbers.entries()) outputs[number] = copied[i];
  const checksums = outputs.flatMap((output) => output?.runChecksums ?? []);
  const placed = tensors.map((tensor, i): PlacedTensor => {
    const { name, dtype, shape } = tensor;
    const place = placeOf(outputs[i], isCompressed.has(tensor), layout, stored.startOffset);
    if (!isCompressed.has(tensor)) return { name, dtype, shape, ...place };
    return { name, dtype: COMPRESSED_DTYPE, shape: [place.dataEnd - place.dataStart], ...place };
  });
  placed.sort((one, other) => one.dataStart - other.dataStart || one.dataEnd - other.dataEnd);
  const metadata = metadataOf(layout, compressed, { ...sums, checksums });
  return safetensorsHeaderBytes(placed, metadata, layout.reservedBytes);
}

/** Where a tensor stands; an empty one where the stored part begins. */
function placeOf(
  output: EncodedFrame | undefined,
  isCompressed: boolean,
  { reservedBytes }: ContainerLayout,
  storedOffset: number,
): Pick<PlacedTensor, 'dataStart' | 'dataEnd'> {
  const { frameOffset, encodedBytes } = output ?? { frameOffset: storedOffset, encodedBytes: 0 };
  const end = frameOffset + encodedBytes;
  // The zero bytes belong to the tensor before them, since a safetensors file has no holes.
  const isBeforePadding = isCompressed && storedOffset - end < TENSOR_ALIGNMENT_BYTES;
  return {
    dataStart: frameOffset - reservedBytes,
    dataEnd: (isBeforePadding ? storedOffset : end) - reservedBytes,
  };
}

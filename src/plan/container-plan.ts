// `.znn.safetensors`: the header stands in front, but says where the tensors end up. So room is kept for the longest header
// that it can become, and what is not used of it is spaces.

import { ZnnError } from '../errors.js';
import type { ByteSource } from '../format/byte-source.js';
import type { Checksum } from '../format/frame-index.js';
import type { EncodedFrame, FramePlan } from '../format/frames.js';
import { assertWithin, DEFAULT_LIMITS, type Limits } from '../format/limits.js';
import {
  COMPRESSED_DTYPE,
  COMPRESSED_VECTORS_KEY,
  HUB_HEADER_MAX_BYTES,
  type PlacedTensor,
  runChecksumCountOf,
  TENSOR_ALIGNMENT_BYTES,
} from '../format/safetensors-container.js';
import {
  compressedVectorEntry,
  containerMetadata,
  encodeContainerIndex,
} from '../format/safetensors-container-encode.js';
import { alignmentOf } from '../format/safetensors-dtypes.js';
import {
  bytesOf,
  readSafetensorsHeader,
  SAFETENSORS_LENGTH_BYTES,
  type SafetensorsTensor,
} from '../format/safetensors-header.js';
import { safetensorsHeaderBytes } from '../format/safetensors-header-bytes.js';
import { deflateJson } from './deflate.js';
import { tensorFrameOf } from './tensor-frames.js';
import type { CompressPlan, ContainerLayout } from './types.js';

export interface ContainerPlanOptions {
  /** Compress tensors too that stock readers would not restore. */
  readonly allDtypes: boolean;
  /** The index will hold a SHA-256. */
  readonly sha256: boolean;
  readonly limits?: Partial<Limits>;
}

const ANY_SHA256 = '0'.repeat(64);

/** What becomes of the safetensors file behind `source`, tensor by tensor.
 * @throws ZnnError `unsupported` when it is no canonical safetensors file, is compressed already, or its header would
 * exceed what the safetensors library reads; `io` when reading fails */
export function planContainer(
  source: ByteSource,
  options: ContainerPlanOptions,
): CompressPlan & { readonly container: ContainerLayout } {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  assertWithin(limits, 'rawBytes', source.sizeBytes);
  const reading = readSafetensorsHeader(source, limits);
  if (!reading.isCanonical) {
    throw new ZnnError(
      'unsupported',
      `not a canonical safetensors file (${reading.reason}), so its tensors cannot be compressed one by one; as .znn it can be`,
    );
  }
  const { header } = reading;
  assertWithin(limits, 'frames', header.tensors.length);
  if (header.metadata?.has(COMPRESSED_VECTORS_KEY)) {
    throw new ZnnError(
      'unsupported',
      `safetensors metadata: ${COMPRESSED_VECTORS_KEY} says that it is compressed`,
    );
  }
  const frames = header.tensors.map((tensor) => tensorFrameOf(tensor, options.allDtypes)).filter(isFrame);
  const jsonBytes = header.headerBytes - SAFETENSORS_LENGTH_BYTES;
  const originalJson = source.read(SAFETENSORS_LENGTH_BYTES, jsonBytes);
  const base = {
    header,
    originalJson,
    deflatedJson: deflateJson(originalJson),
    sourceBytes: source.sizeBytes,
  };
  const container = { ...base, reservedBytes: reservedBytesOf(base, frames, options.sha256) };
  return { kind: 'safetensors', sourceBytes: source.sizeBytes, frames, container, ...noteOn(container) };
}

function isFrame(frame: FramePlan | undefined): frame is FramePlan {
  return frame !== undefined;
}

function noteOn({ reservedBytes }: ContainerLayout): { note?: string } {
  if (reservedBytes <= HUB_HEADER_MAX_BYTES) return {};
  const note = `its header takes ${reservedBytes} bytes; readers on the Hub refuse more than ${HUB_HEADER_MAX_BYTES}`;
  return { note };
}

/** The header if every tensor that may shrink does, and every number is as long as it can be. */
function reservedBytesOf(
  layout: Omit<ContainerLayout, 'reservedBytes'>,
  frames: readonly FramePlan[],
  hasSha256: boolean,
): number {
  const { tensors } = layout.header;
  const compressible = new Set(frames.map(({ rawOffset }) => rawOffset));
  const dataEnd = layout.sourceBytes + TENSOR_ALIGNMENT_BYTES;
  const placed = tensors.map(({ name, dtype, shape, fileStart, fileEnd }) => {
    const end = { dataStart: dataEnd, dataEnd };
    if (!compressible.has(fileStart)) return { name, dtype, shape, ...end };
    return { name, dtype: COMPRESSED_DTYPE, shape: [fileEnd - fileStart], ...end };
  });
  const compressed = tensors.filter(({ fileStart }) => compressible.has(fileStart));
  const checksumCount = tensors.reduce((sum, tensor) => sum + runChecksumCountOf(bytesOf(tensor)), 0);
  const checksums = new Array<bigint>(checksumCount).fill(0n);
  const sha256 = hasSha256 ? ANY_SHA256 : undefined;
  const metadata = metadataOf(layout, compressed, { checksums, sha256, checksum: () => 0n });
  return safetensorsHeaderBytes(placed, metadata).length;
}

/** What a container's index is made of when all checksums are known. */
interface ContainerSums {
  /** In the order of the original's data. */
  readonly checksums: readonly bigint[];
  readonly sha256: string | undefined;
  readonly checksum: Checksum;
}

function metadataOf(
  { header, originalJson, deflatedJson, sourceBytes }: Omit<ContainerLayout, 'reservedBytes'>,
  compressed: readonly SafetensorsTensor[],
  { checksums, sha256, checksum }: ContainerSums,
): Map<string, string> {
  const entries = compressed.map(({ name, dtype, shape }) => compressedVectorEntry(name, dtype, shape));
  const index = {
    originalBytes: sourceBytes,
    originalJson,
    checksums,
    ...(sha256 !== undefined && { sha256 }),
  };
  return containerMetadata(header.metadata, entries, encodeContainerIndex(index, deflatedJson, checksum));
}

/** What follows the frames of the tensors that shrank. */
export interface StoredPart {
  /** Where it begins in the container: after zero bytes that align it. */
  readonly startOffset: number;
  /** The other tensors, those of the widest elements first, so that all are aligned. */
  readonly frames: readonly FramePlan[];
}

/** @param encodedEnd where the frames end in the container */
export function planStoredPart(
  { header, reservedBytes }: ContainerLayout,
  encoded: readonly EncodedFrame[],
  plans: readonly FramePlan[],
  encodedEnd: number,
): StoredPart {
  const kept = keptOffsets(encoded, plans);
  const frames = header.tensors
    .filter((tensor) => !kept.has(tensor.fileStart) && bytesOf(tensor) > 0)
    .toSorted((one, other) => alignmentOf(other.dtype) - alignmentOf(one.dtype))
    .map((tensor) => ({
      rawOffset: tensor.fileStart,
      rawBytes: bytesOf(tensor),
      encoding: 'bytes' as const,
      isStored: true,
    }));
  const paddingBytes = frames.length === 0 ? 0 : -(encodedEnd - reservedBytes) & (TENSOR_ALIGNMENT_BYTES - 1);
  return { startOffset: encodedEnd + paddingBytes, frames };
}

/** The container's header, once every tensor has its place.
 * @param outputs of both parts: what was encoded and what was stored, each with its plan */
export function containerHeader(
  layout: ContainerLayout,
  outputs: readonly { readonly plan: FramePlan; readonly frame: EncodedFrame }[],
  storedOffset: number,
  sums: Omit<ContainerSums, 'checksums'>,
): Uint8Array {
  const written = new Map(
    outputs.filter(({ frame }) => frame.encodedBytes > 0).map((output) => [output.plan.rawOffset, output]),
  );
  const { tensors } = layout.header;
  const checksums: bigint[] = [];
  const compressed: SafetensorsTensor[] = [];
  const placed = tensors.map((tensor): PlacedTensor => {
    const { name, dtype, shape, fileStart } = tensor;
    const output = bytesOf(tensor) === 0 ? undefined : written.get(fileStart);
    if (output === undefined) return { name, dtype, shape, ...emptyPlace(layout, storedOffset) };
    const { frameOffset, encodedBytes, runChecksums } = output.frame;
    checksums.push(...(runChecksums ?? []));
    const dataStart = frameOffset - layout.reservedBytes;
    if (output.plan.isStored) return { name, dtype, shape, dataStart, dataEnd: dataStart + encodedBytes };
    compressed.push(tensor);
    const frameEnd = frameOffset + encodedBytes;
    // The zero bytes belong to the tensor before them, since a safetensors file has no holes.
    const tensorEnd = storedOffset - frameEnd < TENSOR_ALIGNMENT_BYTES ? storedOffset : frameEnd;
    const shapeOfBytes = [tensorEnd - frameOffset];
    return {
      name,
      dtype: COMPRESSED_DTYPE,
      shape: shapeOfBytes,
      dataStart,
      dataEnd: tensorEnd - layout.reservedBytes,
    };
  });
  const ordered = placed.toSorted(
    (one, other) => one.dataStart - other.dataStart || one.dataEnd - other.dataEnd,
  );
  const metadata = metadataOf(layout, compressed, { ...sums, checksums });
  return safetensorsHeaderBytes(ordered, metadata, layout.reservedBytes);
}

function emptyPlace(
  { reservedBytes }: ContainerLayout,
  storedOffset: number,
): Pick<PlacedTensor, 'dataStart' | 'dataEnd'> {
  return { dataStart: storedOffset - reservedBytes, dataEnd: storedOffset - reservedBytes };
}

function keptOffsets(encoded: readonly EncodedFrame[], plans: readonly FramePlan[]): Set<number> {
  return new Set(
    plans.filter((_, i) => (encoded[i]?.encodedBytes ?? 0) > 0).map(({ rawOffset }) => rawOffset),
  );
}

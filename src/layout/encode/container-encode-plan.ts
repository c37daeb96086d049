// `.znn.safetensors`: the header stands in front, but says where the tensors end up. So room is kept for the longest header
// that it can become, and what is not used of it is spaces.

import { ZnnError } from '../../errors.js';
import {
  COMPRESSED_DTYPE,
  COMPRESSED_VECTORS_KEY,
  HUB_HEADER_MAX_BYTES,
  type PlacedTensor,
  runChecksumCountOf,
  TENSOR_ALIGNMENT_BYTES,
} from '../../format/container/keys.js';
import type { FramePlan } from '../../format/frame/frames.js';
import { assertWithin, DEFAULT_LIMITS, type Limits } from '../../format/limits.js';
import {
  bytesOf,
  readSafetensorsHeader,
  SAFETENSORS_LENGTH_BYTES,
  type SafetensorsTensor,
} from '../../format/safetensors/header.js';
import { safetensorsHeaderLength } from '../../format/safetensors/header-bytes.js';
import type { ByteSource } from '../../sources/byte-source.js';
import { deflateJson } from '../deflate.js';
import type { CompressPlan, ContainerLayout } from '../plans.js';
import { metadataOf } from './container-parts.js';
import { tensorFrameOf } from './tensor-frames.js';

export interface ContainerPlanOptions {
  /** Compress tensors too that stock readers would not restore. */
  readonly allDtypes: boolean;
  /** The index will hold a SHA-256. */
  readonly sha256: boolean;
  readonly limits?: Partial<Limits>;
}

/** Smaller outputs may be larger than their sources without a word: nobody compresses those for their size. */
const NOTED_HEADER_BYTES = 1 << 20;
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

function noteOn({ reservedBytes, sourceBytes }: ContainerLayout): { note?: string } {
  const notes: string[] = [];
  if (reservedBytes > sourceBytes && reservedBytes >= NOTED_HEADER_BYTES) {
    const reason = 'kept for readers and once more for the way back';
    notes.push(
      `its header, ${reason}, takes ${reservedBytes} bytes, the whole file ${sourceBytes}: as .znn it would be smaller`,
    );
  }
  if (reservedBytes > HUB_HEADER_MAX_BYTES) {
    notes.push(
      `its header takes ${reservedBytes} bytes; readers on the Hub refuse more than ${HUB_HEADER_MAX_BYTES}`,
    );
  }
  return notes.length === 0 ? {} : { note: notes.join('; ') };
}

/** The header if every tensor that may shrink does, and every number is as long as it can be. */
function reservedBytesOf(
  layout: Omit<ContainerLayout, 'reservedBytes'>,
  frames: readonly FramePlan[],
  hasSha256: boolean,
): number {
  const { tensors } = layout.header;
  const compressible = new Set(frames.map(({ rawOffset }) => rawOffset));
  const isCompressible = ({ fileStart }: SafetensorsTensor) => compressible.has(fileStart);
  const checksumCount = tensors.reduce((sum, tensor) => sum + runChecksumCountOf(bytesOf(tensor)), 0);
  const checksums = new Array<bigint>(checksumCount).fill(0n);
  const sha256 = hasSha256 ? ANY_SHA256 : undefined;
  const sums = { checksums, sha256, checksum: () => 0n };
  const metadata = metadataOf(layout, filtered(tensors, isCompressible), sums);
  return safetensorsHeaderLength(farthestPlaces(layout, isCompressible), metadata);
}

/** The tensors where their offsets are longest. */
function* farthestPlaces(
  { header, sourceBytes }: Pick<ContainerLayout, 'header' | 'sourceBytes'>,
  isCompressible: (tensor: SafetensorsTensor) => boolean,
): Generator<PlacedTensor> {
  const dataEnd = sourceBytes + TENSOR_ALIGNMENT_BYTES;
  const place = { dataStart: dataEnd, dataEnd };
  for (const tensor of header.tensors) {
    const { name, dtype, shape } = tensor;
    if (!isCompressible(tensor)) yield { name, dtype, shape, ...place };
    else yield { name, dtype: COMPRESSED_DTYPE, shape: [bytesOf(tensor)], ...place };
  }
}

function* filtered<Item>(items: Iterable<Item>, isWanted: (item: Item) => boolean): Generator<Item> {
  for (const item of items) if (isWanted(item)) yield item;
}

import { CHUNK_BYTES, HUFFMAN_BLOCK_MAX_BYTES } from '../../format/frame/constants.js';
import { ENCODINGS, type Encoding, type PlaneLayout } from '../../format/frame/dtypes.js';
import { planeBytesOf } from '../../format/frame/geometry.js';
import { type RunningChecksum, startChecksum } from '../checksum.js';
import type { Kernels } from '../kernels.js';
import { ENCODED, encodedPlane, planeScratch, RAW } from '../memory.js';
import type { PlaneHistory, PlanePart } from './block-code.js';
import { type EncodedStream, encodePlane } from './encode-plane.js';
import { splitChunk } from './split-chunk.js';

/** A frame's chunks, or a run of them, encoded. The planes are views of the kernels' memory, valid until the next call. */
export interface EncodedRun {
  /** XXH64 of the raw bytes. */
  readonly checksum: bigint;
  /** What the run adds to each plane. */
  readonly planes: readonly Uint8Array[];
  /** For each plane, its streams in the order of the chunks. */
  readonly streams: readonly (readonly EncodedStream[])[];
}

/** Raw bytes of the chunks that znn writes. */
export function chunkBytesOf(encoding: Encoding): number {
  return ENCODINGS[encoding].planeCount === 1 ? HUFFMAN_BLOCK_MAX_BYTES : CHUNK_BYTES;
}

/** The address at which raw bytes stand from `offset` of their run on, as far as its chunk goes. Asked for each chunk once, in order:
 * it may bring them there only then. */
export type RawAddress = (offset: number) => number;

/** Where a run's bytes are in the kernels' memory. */
export interface RunPlaces {
  /** By default all raw bytes stand at RAW. */
  readonly rawAt?: RawAddress;
  /** Gets the planes. */
  readonly region?: number;
}

/** Encodes `rawBytes` ≤ RUN_RAW_BYTES bytes of whole elements, chunk by chunk. */
export function encodeRun(
  kernels: Kernels,
  rawBytes: number,
  encoding: Encoding,
  { rawAt = standingAtRaw, region = ENCODED }: RunPlaces = {},
): EncodedRun {
  const chunkBytes = chunkBytesOf(encoding);
  const planes = new GrowingPlanes(kernels, ENCODINGS[encoding], region);
  const checksum = startChecksum(kernels);
  for (let offset = 0; offset < rawBytes; offset += chunkBytes) {
    const chunkRawBytes = Math.min(chunkBytes, rawBytes - offset);
    planes.encodeChunk(rawAt(offset), chunkRawBytes, checksum);
  }
  return { checksum: checksum.finish(), ...planes.finish() };
}

/** Of a run that stands there as a whole. */
export function standingAtRaw(offset: number): number {
  return RAW + offset;
}

/** The planes of a run under construction.
 *
 * What is called for each chunk is short: the more a function executes, the sooner V8's optimizing compiler takes it, and
 * that costs more processor time than a GiB's calls. */
class GrowingPlanes {
  private readonly planes: readonly GrowingPlane[];
  /** For each plane, where the next chunk's part is to be put. */
  private readonly splitTargets: number[];

  constructor(
    private readonly kernels: Kernels,
    private readonly layout: PlaneLayout,
    region: number,
  ) {
    this.planes = Array.from(
      { length: layout.planeCount },
      (_, planeIndex) => new GrowingPlane(kernels, layout, planeIndex, region),
    );
    this.splitTargets = this.planes.map(({ source }) => source);
  }

  encodeChunk(raw: number, rawBytes: number, checksum: RunningChecksum): void {
    const { kernels, planes, splitTargets } = this;
    splitChunk(kernels, this.layout, raw, rawBytes, splitTargets, checksum);
    for (let i = 0; i < planes.length; i++) splitTargets[i] = planes[i]?.encodeChunk(rawBytes) ?? 0;
  }

  finish(): Omit<EncodedRun, 'checksum'> {
    return {
      planes: this.planes.map((plane) => plane.view()),
      streams: this.planes.map(({ streams }) => streams),
    };
  }
}

/** A plane under construction in the kernels' memory; as a part, that of the chunk at hand. */
class GrowingPlane implements PlanePart {
  readonly streams: EncodedStream[] = [];
  readonly scratch: number;
  source: number;
  bytes = 0;
  target: number;
  readonly history: PlaneHistory = { isCoded: false, range: 0 };
  private readonly start: number;
  private readonly limit: number;

  constructor(
    private readonly kernels: Kernels,
    private readonly layout: PlaneLayout,
    private readonly planeIndex: number,
    region: number,
  ) {
    this.start = encodedPlane(region, layout.planeCount, planeIndex);
    this.limit = encodedPlane(region, layout.planeCount, planeIndex + 1);
    this.scratch = planeScratch(planeIndex);
    this.source = this.scratch;
    this.target = this.start;
  }

  get roomBytes(): number {
    return this.limit - this.target;
  }

  /** Takes in the part of a chunk that stands at `source`, and returns where that of the next one is to be put. */
  encodeChunk(chunkRawBytes: number): number {
    this.bytes = planeBytesOf(chunkRawBytes, this.layout.planeCount, this.planeIndex);
    const stream = encodePlane(this.kernels, this);
    this.streams.push(stream);
    this.target += stream.bytes;
    // A plane that stays raw is split straight to its place in the frame.
    this.source = stream.type === 1 ? this.scratch : this.target;
    return this.source;
  }

  view(): Uint8Array {
    return this.kernels.bytes.subarray(this.start, this.target);
  }
}

import { CHUNK_BYTES, HUFFMAN_BLOCK_MAX_BYTES } from '../format/constants.js';
import { ENCODINGS, type Encoding, type PlaneLayout } from '../format/dtypes.js';
import { chunkCountOf, chunkRawBytesOf, planeBytesOf } from '../format/frame-geometry.js';
import { startChecksum } from './checksum.js';
import { type EncodedStream, encodePlane } from './encode-plane.js';
import type { Kernels } from './kernels.js';
import { ENCODED, encodedPlane, planeScratch, RAW } from './memory.js';
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

/** Encodes the `rawBytes` ≤ RUN_RAW_BYTES bytes of whole elements at RAW, chunk by chunk, into the planes of `region`. */
export function encodeRun(
  kernels: Kernels,
  rawBytes: number,
  encoding: Encoding,
  region: number = ENCODED,
): EncodedRun {
  const chunkBytes = chunkBytesOf(encoding);
  const layout = ENCODINGS[encoding];
  const planes = Array.from(
    { length: layout.planeCount },
    (_, planeIndex) => new GrowingPlane(kernels, layout, planeIndex, region),
  );
  const targets = new Array<number>(layout.planeCount).fill(0);
  const checksum = startChecksum(kernels);
  const chunkCount = chunkCountOf(rawBytes, chunkBytes);
  for (let chunkIndex = 0; chunkIndex < chunkCount; chunkIndex++) {
    const raw = RAW + chunkIndex * chunkBytes;
    const chunkRawBytes = chunkRawBytesOf({ rawBytes, chunkBytes }, chunkIndex);
    checksum.update(raw, chunkRawBytes);
    for (let i = 0; i < planes.length; i++) targets[i] = planes[i]?.splitTarget ?? 0;
    splitChunk(kernels, layout, raw, chunkRawBytes, targets);
    for (let i = 0; i < planes.length; i++) planes[i]?.encodeChunk(chunkRawBytes);
  }
  return {
    checksum: checksum.finish(),
    planes: planes.map((plane) => plane.view()),
    streams: planes.map((plane) => plane.streams),
  };
}

/** A plane under construction in the kernels' memory. */
class GrowingPlane {
  readonly streams: EncodedStream[] = [];
  private readonly start: number;
  private readonly limit: number;
  private readonly scratch: number;
  private end: number;
  /** A plane that stayed raw in the last chunk is split straight to its place in the frame. */
  private staysInPlace = false;

  constructor(
    private readonly kernels: Kernels,
    private readonly layout: PlaneLayout,
    private readonly planeIndex: number,
    region: number,
  ) {
    this.start = encodedPlane(region, layout.planeCount, planeIndex);
    this.limit = encodedPlane(region, layout.planeCount, planeIndex + 1);
    this.scratch = planeScratch(planeIndex);
    this.end = this.start;
  }

  /** Where the next chunk's part of the plane is to be put. */
  get splitTarget(): number {
    return this.staysInPlace ? this.end : this.scratch;
  }

  /** Takes in the part of a chunk that stands at `splitTarget`. */
  encodeChunk(chunkRawBytes: number): void {
    const planeBytes = planeBytesOf(chunkRawBytes, this.layout.planeCount, this.planeIndex);
    const stream = encodePlane(this.kernels, {
      source: this.splitTarget,
      bytes: planeBytes,
      target: this.end,
      roomBytes: this.limit - this.end,
      scratch: this.scratch,
    });
    this.end += stream.bytes;
    this.staysInPlace = stream.type === 0;
    this.streams.push(stream);
  }

  view(): Uint8Array {
    return this.kernels.bytes.subarray(this.start, this.end);
  }
}

import { CHUNK_BYTES, HUFFMAN_BLOCK_MAX_BYTES } from '../format/constants.js';
import { ENCODINGS, type Encoding, type PlaneLayout } from '../format/dtypes.js';
import { chunkCountOf, chunkRawBytesOf, planeBytesOf } from '../format/frame-geometry.js';
import { startChecksum } from './checksum.js';
import { type EncodedStream, encodePlane } from './encode-plane.js';
import type { Kernels } from './kernels.js';
import { encodedPlane, planeScratch, RAW } from './memory.js';
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

/** Encodes the `rawBytes` ≤ RUN_RAW_BYTES bytes of whole elements at RAW, chunk by chunk. */
export function encodeRun(kernels: Kernels, rawBytes: number, encoding: Encoding): EncodedRun {
  const chunkBytes = chunkBytesOf(encoding);
  const planes = new GrowingPlanes(kernels, ENCODINGS[encoding]);
  const checksum = startChecksum(kernels);
  for (let chunkIndex = 0; chunkIndex < chunkCountOf(rawBytes, chunkBytes); chunkIndex++) {
    const raw = RAW + chunkIndex * chunkBytes;
    const chunkRawBytes = chunkRawBytesOf({ rawBytes, chunkBytes }, chunkIndex);
    checksum.update(raw, chunkRawBytes);
    planes.addChunk(raw, chunkRawBytes);
  }
  return { checksum: checksum.finish(), planes: planes.views(), streams: planes.streams };
}

/** Planes under construction; they grow side by side in the kernels' memory. */
class GrowingPlanes {
  readonly streams: readonly EncodedStream[][];
  private readonly planeSizes: number[];
  /** Planes that stayed raw in the last chunk are split straight to their place in the frame. */
  private readonly staysInPlace: boolean[];

  constructor(
    private readonly kernels: Kernels,
    private readonly layout: PlaneLayout,
  ) {
    this.streams = Array.from({ length: layout.planeCount }, () => []);
    this.planeSizes = new Array(layout.planeCount).fill(0);
    this.staysInPlace = new Array(layout.planeCount).fill(false);
  }

  addChunk(raw: number, chunkRawBytes: number): void {
    const { planeCount } = this.layout;
    const targets = this.planeSizes.map((size, planeIndex) => encodedPlane(planeCount, planeIndex) + size);
    const sources = targets.map((target, planeIndex) =>
      this.staysInPlace[planeIndex] ? target : planeScratch(planeIndex),
    );
    splitChunk(this.kernels, this.layout, raw, chunkRawBytes, sources);
    for (const [planeIndex, target] of targets.entries()) {
      const source = sources[planeIndex] ?? 0;
      const planeBytes = planeBytesOf(chunkRawBytes, planeCount, planeIndex);
      const stream = encodePlane(this.kernels, source, planeBytes, target, planeScratch(planeIndex));
      this.planeSizes[planeIndex] = (this.planeSizes[planeIndex] ?? 0) + stream.bytes;
      this.staysInPlace[planeIndex] = stream.type === 0;
      this.streams[planeIndex]?.push(stream);
    }
  }

  views(): Uint8Array[] {
    const { planeCount } = this.layout;
    return this.planeSizes.map((size, planeIndex) => {
      const start = encodedPlane(planeCount, planeIndex);
      return this.kernels.bytes.subarray(start, start + size);
    });
  }
}

import { CHUNK_BYTES, FRAME_HEADER_BYTES, HUFFMAN_BLOCK_MAX_BYTES } from '../format/constants.js';
import { ENCODINGS, type Encoding, type EncodingChoice, type PlaneLayout } from '../format/dtypes.js';
import {
  chunkCountOf,
  chunkRawBytesOf,
  cumulativeOffsetOf,
  planeBytesOf,
  tableBytesOf,
  typeOffsetOf,
} from '../format/frame-geometry.js';
import { encodeFrameHeader } from '../format/frame-header-encode.js';
import { startChecksum } from './checksum.js';
import { chooseEncoding } from './choose-encoding.js';
import { type EncodedStream, encodePlane } from './encode-plane.js';
import type { Kernels } from './kernels.js';
import { encodedPlane, planeScratch, RAW } from './memory.js';
import { splitChunk } from './split-chunk.js';

/** An encoded frame: `parts`, written one after the other, are its bytes. They are views of the kernels' memory, valid
 * until the next call. */
export interface FrameParts {
  readonly encoding: Encoding;
  readonly encodedBytes: number;
  /** XXH64 of the raw bytes. */
  readonly checksum: bigint;
  readonly parts: readonly Uint8Array[];
}

/** Encodes the `rawBytes` ≤ RUN_RAW_BYTES bytes at RAW as one frame of whole elements. */
export function encodeFrame(
  kernels: Kernels,
  rawBytes: number,
  choice: EncodingChoice,
  promisesFrameIndex: boolean,
): FrameParts {
  const encoding = choice === 'auto' ? chooseEncoding(kernels, rawBytes) : choice;
  const { planeCount } = ENCODINGS[encoding];
  const chunkBytes = planeCount === 1 ? HUFFMAN_BLOCK_MAX_BYTES : CHUNK_BYTES;
  const body = new FrameBody(kernels, ENCODINGS[encoding], rawBytes, chunkBytes);
  const checksum = startChecksum(kernels);
  for (let chunkIndex = 0; chunkIndex < body.chunkCount; chunkIndex++) {
    const raw = RAW + chunkIndex * chunkBytes;
    const chunkRawBytes = chunkRawBytesOf({ rawBytes, chunkBytes }, chunkIndex);
    checksum.update(raw, chunkRawBytes);
    body.addChunk(chunkIndex, raw, chunkRawBytes);
  }
  const encodedBytes = body.encodedBytes();
  const header = encodeFrameHeader({ encoding, rawBytes, encodedBytes, promisesFrameIndex });
  const parts = [header, body.tables, ...body.planes()];
  return { encoding, encodedBytes, checksum: checksum.finish(), parts };
}

/** Tables and planes of a frame under construction; planes grow side by side in the kernels' memory. */
class FrameBody {
  readonly chunkCount: number;
  readonly tables: Uint8Array;
  private readonly tablesView: DataView;
  private readonly planeSizes: number[];
  /** Planes that stayed raw in the last chunk are split straight to their place in the frame. */
  private readonly staysInPlace: boolean[];

  constructor(
    private readonly kernels: Kernels,
    private readonly layout: PlaneLayout,
    rawBytes: number,
    chunkBytes: number,
  ) {
    this.chunkCount = chunkCountOf(rawBytes, chunkBytes);
    this.tables = new Uint8Array(tableBytesOf(layout.planeCount, this.chunkCount));
    this.tablesView = new DataView(this.tables.buffer);
    this.planeSizes = new Array(layout.planeCount).fill(0);
    this.staysInPlace = new Array(layout.planeCount).fill(false);
  }

  addChunk(chunkIndex: number, raw: number, chunkRawBytes: number): void {
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
      this.enterStream(planeIndex, chunkIndex, stream);
    }
  }

  encodedBytes(): number {
    return this.planeSizes.reduce((sum, size) => sum + size, 0) + this.tables.length + FRAME_HEADER_BYTES;
  }

  planes(): Uint8Array[] {
    const { planeCount } = this.layout;
    return this.planeSizes.map((size, planeIndex) => {
      const start = encodedPlane(planeCount, planeIndex);
      return this.kernels.bytes.subarray(start, start + size);
    });
  }

  private enterStream(planeIndex: number, chunkIndex: number, stream: EncodedStream): void {
    const planeSize = (this.planeSizes[planeIndex] ?? 0) + stream.bytes;
    this.planeSizes[planeIndex] = planeSize;
    this.staysInPlace[planeIndex] = stream.type === 0;
    this.tables[typeOffsetOf(this.chunkCount, planeIndex, chunkIndex)] = stream.type;
    const offset = cumulativeOffsetOf(this.layout.planeCount, this.chunkCount, planeIndex, chunkIndex);
    this.tablesView.setBigUint64(offset, BigInt(planeSize), true);
  }
}

// Lays out frames from parts, right or wrong: docs/format.md, "Frame header" and "Frame body".

import { encodeHuffmanBlock } from './huffman-encode.js';
import { splitPlanes } from './planes.js';

export interface StreamParts {
  /** 0 raw, 1 Huffman. */
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** What a frame is made of. Whatever is absent is what ZipNN 0.5.4 would write for `bytes` input in one frame. */
export interface FrameParts {
  readonly dtypeCode: number;
  readonly rawBytes: number;
  /** For each plane its streams, one a chunk. */
  readonly planes: readonly (readonly StreamParts[])[];
  readonly bitReorder?: number;
  readonly chunkLog2?: number;
  readonly streamingByte?: number;
  readonly versionTiny?: number;
  /** 2 or 3 when `shape` is there. */
  readonly inputFormat?: number;
  /** The bytes between header and tables. */
  readonly shape?: Uint8Array;
}

/** The frame. */
export function frameOf(parts: FrameParts): Uint8Array {
  const shape = parts.shape ?? new Uint8Array();
  const types = parts.planes.flatMap((streams) => streams.map((stream) => stream.type));
  const data = parts.planes.flatMap((streams) => streams.flatMap((stream) => [...stream.bytes]));
  const tables = [...types, ...parts.planes.flatMap(cumulativeSizes)];
  const frame = Uint8Array.from([...new Uint8Array(32), ...shape, ...tables, ...data]);
  frame.set([0x5a, 0x4e, 0, 5, parts.versionTiny ?? 4]);
  frame.set([parts.planes.length === 4 ? 220 : 10, parts.bitReorder ?? 0, 1, parts.inputFormat ?? 1], 5);
  frame.set([parts.streamingByte ?? 0, parts.chunkLog2 ?? 18, parts.dtypeCode], 13);
  const view = new DataView(frame.buffer);
  view.setBigUint64(16, BigInt(parts.rawBytes), true);
  view.setBigUint64(24, BigInt(frame.length), true);
  return frame;
}

/** A frame of one chunk with every stream Huffman-coded where that is shorter, as a start for what is to be broken.
 * `raw` must fit one chunk. */
export function frameOfRaw(
  raw: Uint8Array,
  dtypeCode: number,
  planeCount: 1 | 2 | 4,
  rotated: boolean,
  more: Partial<FrameParts> = {},
): Uint8Array {
  const planes = splitPlanes(raw, planeCount, rotated).map((plane) => [bestStream(plane)]);
  return frameOf({ dtypeCode, rawBytes: raw.length, planes, bitReorder: rotated ? 1 : 0, ...more });
}

function bestStream(plane: Uint8Array): StreamParts {
  if (plane.length > 1 && new Set(plane).size === 1) return { type: 1, bytes: plane.slice(0, 1) };
  const block = encodeHuffmanBlock(plane);
  return block && block.length < plane.length ? { type: 1, bytes: block } : { type: 0, bytes: plane };
}

function cumulativeSizes(streams: readonly StreamParts[]): number[] {
  const table = new Uint8Array(8 * streams.length);
  let end = 0;
  streams.forEach((stream, index) => {
    end += stream.bytes.length;
    new DataView(table.buffer).setBigUint64(8 * index, BigInt(end), true);
  });
  return [...table];
}

import { cumulativeOffsetOf, tableBytesOf, typeOffsetOf } from '../../format/frame/geometry.js';
import { writeU64 } from '../../format/frame/u64.js';
import type { EncodedStream } from './encode-plane.js';

/** Both tables of a frame, from the streams of each plane. docs/format.md, "Frame body". */
export function encodeTables(streams: readonly Iterable<EncodedStream>[], chunkCount: number): Uint8Array {
  const planeCount = streams.length;
  const tables = new Uint8Array(tableBytesOf(planeCount, chunkCount));
  const view = new DataView(tables.buffer);
  for (const [planeIndex, planeStreams] of streams.entries()) {
    let chunkIndex = 0;
    let planeBytes = 0;
    for (const { type, bytes } of planeStreams) {
      planeBytes += bytes;
      tables[typeOffsetOf(chunkCount, planeIndex, chunkIndex)] = type;
      writeU64(view, cumulativeOffsetOf(planeCount, chunkCount, planeIndex, chunkIndex), planeBytes);
      chunkIndex++;
    }
  }
  return tables;
}

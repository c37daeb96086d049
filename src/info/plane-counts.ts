import { ZnnError } from '../errors.js';
import type { DecodeFrame } from '../format/frame/frames.js';
import {
  chunkCountOf,
  chunkRawBytesOf,
  cumulativeOffsetOf,
  planeBytesOf,
  typeOffsetOf,
} from '../format/frame/geometry.js';
import { readU64 } from '../format/frame/u64.js';
import type { ByteSource } from '../sources/byte-source.js';
import type { PlaneInfo } from './file-info.js';

/** Table entries read at a time: a frame that ZipNN wrote may have millions. */
const PIECE_CHUNKS = 1 << 16;
const U64_BYTES = 8;
const TYPE_RAW = 0;

/** What the streams of one plane of a frame are, by its tables.
 * @throws ZnnError `corrupt` when they contradict each other, `truncated` or `io` */
export function countStreams(source: ByteSource, frame: DecodeFrame, planeIndex: number): PlaneInfo {
  const chunkCount = chunkCountOf(frame.rawBytes, frame.chunkBytes);
  const counts = { rawBytes: 0, encodedBytes: 0, rawCount: 0, constantCount: 0, huffmanCount: 0 };
  for (let start = 0; start < chunkCount; start += PIECE_CHUNKS) {
    const pieceChunks = Math.min(PIECE_CHUNKS, chunkCount - start);
    const { types, ends } = readPiece(source, frame, planeIndex, start, pieceChunks);
    for (let i = 0; i < pieceChunks; i++) {
      const planeBytes = planeBytesOf(chunkRawBytesOf(frame, start + i), frame.planeCount, planeIndex);
      const end = readU64(ends, i * U64_BYTES, 'frame tables: cumulative size');
      const streamBytes = end - counts.encodedBytes;
      if (streamBytes < 0) {
        throw new ZnnError(
          'corrupt',
          `frame tables: cumulative size falls from ${counts.encodedBytes} to ${end}`,
        );
      }
      counts[kindOf(types[i], streamBytes, planeBytes)]++;
      counts.rawBytes += planeBytes;
      counts.encodedBytes = end;
    }
  }
  return counts;
}

function readPiece(
  source: ByteSource,
  frame: DecodeFrame,
  planeIndex: number,
  chunkStart: number,
  pieceChunks: number,
): { types: Uint8Array; ends: DataView } {
  const chunkCount = chunkCountOf(frame.rawBytes, frame.chunkBytes);
  const tables = frame.frameOffset + frame.headerBytes;
  const endsOffset = cumulativeOffsetOf(frame.planeCount, chunkCount, planeIndex, chunkStart);
  const ends = source.read(tables + endsOffset, pieceChunks * U64_BYTES);
  return {
    types: source.read(tables + typeOffsetOf(chunkCount, planeIndex, chunkStart), pieceChunks),
    ends: new DataView(ends.buffer, ends.byteOffset, ends.byteLength),
  };
}

// docs/format.md, "A Huffman chunk": its size says whether it is a plain copy, one repeated byte or a block.
function kindOf(
  type: number | undefined,
  streamBytes: number,
  planeBytes: number,
): 'rawCount' | 'constantCount' | 'huffmanCount' {
  if (type === TYPE_RAW || streamBytes === planeBytes) return 'rawCount';
  return streamBytes === 1 ? 'constantCount' : 'huffmanCount';
}

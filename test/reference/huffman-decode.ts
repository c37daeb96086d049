// The huff0 block as zstd has it for compressed literals in 4 streams: RFC 8878, section 4.2.

import { ZnnError } from '../../src/errors.js';
import { backwardBits } from './bits.js';
import { decodeFseWeights } from './fse.js';
import { completeWeights, laneRawBytes, treeOfWeights } from './huffman-tree.js';

const JUMP_TABLE_BYTES = 6;

/** The raw bytes of a stream of type Huffman, with the special cases that ZipNN's decoder knows: as many bytes as the raw
 * ones are a copy, one byte stands for a run of itself.
 * @throws ZnnError `corrupt` */
export function decodeHuffmanStream(stream: Uint8Array, rawBytes: number): Uint8Array {
  if (rawBytes === 0) throw corrupt('a Huffman stream of 0 raw bytes');
  if (stream.length > rawBytes) throw corrupt(`${stream.length} bytes for ${rawBytes} raw bytes`);
  if (stream.length === rawBytes) return stream.slice();
  if (stream.length === 1) return new Uint8Array(rawBytes).fill(stream[0] ?? 0);
  return decodeHuffmanBlock(stream, rawBytes);
}

/** The raw bytes of a block: tree description, jump table, 4 lanes.
 * @throws ZnnError `corrupt`, also when a lane does not end exactly on its first bit. */
export function decodeHuffmanBlock(block: Uint8Array, rawBytes: number): Uint8Array {
  const { weights, treeBytes } = readWeights(block);
  const { codes } = treeOfWeights(weights);
  const symbolOf = new Map(codes.map((code, symbol) => [code, symbol]));
  const raw: number[] = [];
  const sizes = laneRawBytes(rawBytes);
  lanesOf(block.subarray(treeBytes)).forEach((lane, index) => {
    raw.push(...decodeLane(lane, symbolOf, sizes[index] ?? 0, index));
  });
  return Uint8Array.from(raw);
}

/** The complete weights of a tree description at the start of `block`, and the bytes that it takes.
 * @throws ZnnError `corrupt` */
export function readWeights(block: Uint8Array): { weights: number[]; treeBytes: number } {
  const header = block[0];
  if (header === undefined) throw corrupt('empty');
  const written = header < 128 ? 0 : header - 127;
  const treeBytes = 1 + (header < 128 ? header : Math.ceil(written / 2));
  if (treeBytes > block.length) throw corrupt(`tree of ${treeBytes} bytes in ${block.length}`);
  const description = block.subarray(1, treeBytes);
  if (header < 128) return { weights: completeWeights(decodeFseWeights(description)), treeBytes };
  const nibbles = [...description].flatMap((byte) => [byte >> 4, byte & 15]);
  return { weights: completeWeights(nibbles.slice(0, written)), treeBytes };
}

function lanesOf(afterTree: Uint8Array): Uint8Array[] {
  if (afterTree.length < JUMP_TABLE_BYTES) throw corrupt('no room for a jump table');
  const sizes = [0, 2, 4].map((at) => (afterTree[at] ?? 0) + 256 * (afterTree[at + 1] ?? 0));
  let start = JUMP_TABLE_BYTES;
  const lanes = sizes.map((bytes) => {
    start += bytes;
    return afterTree.subarray(start - bytes, start);
  });
  if (start >= afterTree.length) throw corrupt('jump table leaves no byte for the last lane');
  return [...lanes, afterTree.subarray(start)];
}

function decodeLane(
  lane: Uint8Array,
  symbolOf: ReadonlyMap<string, number>,
  rawBytes: number,
  index: number,
): number[] {
  const bits = backwardBits(lane);
  if (bits === undefined) throw corrupt(`lane ${index}: no end mark`);
  const raw: number[] = [];
  let code = '';
  let consumed = 0;
  while (raw.length < rawBytes) {
    const bit = bits[consumed++];
    if (bit === undefined) throw corrupt(`lane ${index}: bits end after ${raw.length} of ${rawBytes} bytes`);
    code += bit;
    const symbol = symbolOf.get(code);
    if (symbol === undefined) continue;
    raw.push(symbol);
    code = '';
  }
  if (consumed !== bits.length) throw corrupt(`lane ${index}: ${bits.length - consumed} bits left over`);
  return raw;
}

function corrupt(message: string): ZnnError {
  return new ZnnError('corrupt', `huffman block: ${message}`);
}

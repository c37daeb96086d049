// Stream types, cumulative sizes and streams that contradict each other; bytes that belong to nothing.

import { frameOf } from '../../reference/frame-encode.js';
import { u64, withBytes } from '../byte-edits.js';
import { joined } from '../seeded-bytes.js';
import { BF16, BFLOAT16, CHUNKS, FIRST_FRAME_BYTES, FP8, HEADER_BYTES, TWO_FRAMES } from './sources.js';
import type { BrokenCase } from './types.js';

export function tables(): BrokenCase[] {
  const corrupt = (name: string, how: string, file: Uint8Array): BrokenCase => ({
    name,
    how,
    code: 'corrupt',
    file,
  });
  const size = (stream: number): number => HEADER_BYTES + 6 + 8 * stream;
  const oneStream = (bytes: Uint8Array, type: number, rawBytes: number): Uint8Array =>
    frameOf({ dtypeCode: FP8, rawBytes, planes: [[{ type, bytes }]] });
  return [
    corrupt('type-2', 'a stream of type 2', withBytes(BF16, HEADER_BYTES, [2])),
    corrupt('type-255', 'a stream of type 255 in the last plane', withBytes(BF16, HEADER_BYTES + 1, [255])),
    corrupt(
      'sizes-fall',
      'the second cumulative size is below the first',
      withBytes(CHUNKS, size(1), u64(1n)),
    ),
    corrupt(
      'sizes-past-end',
      'the last cumulative size runs past the frame',
      withBytes(CHUNKS, size(5), u64(100_000n)),
    ),
    corrupt(
      'sizes-2p64-1',
      'the first cumulative size is 2^64 - 1',
      withBytes(CHUNKS, size(0), u64(2n ** 64n - 1n)),
    ),
    corrupt(
      'sizes-wrap',
      'a last size of the first plane that wraps round',
      withBytes(CHUNKS, size(2), u64(2n ** 63n)),
    ),
    corrupt('raw-stream-short', 'a raw stream one byte short', oneStream(new Uint8Array(99), 0, 100)),
    corrupt('raw-stream-long', 'a raw stream one byte long', oneStream(new Uint8Array(101), 0, 100)),
    corrupt('raw-stream-empty', 'a raw stream of 0 bytes', oneStream(new Uint8Array(), 0, 100)),
    corrupt('huffman-stream-empty', 'a Huffman stream of 0 bytes', oneStream(new Uint8Array(), 1, 100)),
    corrupt(
      'huffman-stream-long',
      'a Huffman stream longer than its raw bytes',
      oneStream(new Uint8Array(101), 1, 100),
    ),
    corrupt('huffman-stream-of-nothing', 'a Huffman stream for 0 raw bytes', oneByteTwoPlanes()),
    corrupt(
      'huffman-stream-2-bytes',
      'a Huffman stream of 2 bytes',
      oneStream(Uint8Array.of(128, 0x10), 1, 100),
    ),
    corrupt('block-above-131072', 'a Huffman stream for more raw bytes than a block holds', bigBlock()),
  ];
}

/** One bfloat16 byte: plane 1 has nothing in it, and yet a Huffman stream of one byte. */
function oneByteTwoPlanes(): Uint8Array {
  const planes = [[{ type: 0, bytes: Uint8Array.of(1) }], [{ type: 1, bytes: Uint8Array.of(1) }]];
  return frameOf({ dtypeCode: BFLOAT16, rawBytes: 1, planes });
}

function bigBlock(): Uint8Array {
  const constant = [{ type: 1, bytes: Uint8Array.of(7) }];
  return frameOf({ dtypeCode: BFLOAT16, rawBytes: 262146, planes: [constant, constant], chunkLog2: 24 });
}

export function garbage(): BrokenCase[] {
  const zeros = new Uint8Array(40);
  const inside = withBytes(joined(BF16, zeros), 24, u64(BigInt(BF16.length + 40)));
  const insideFirst = withBytes(
    joined(TWO_FRAMES.slice(0, FIRST_FRAME_BYTES), zeros, TWO_FRAMES.slice(FIRST_FRAME_BYTES)),
    24,
    u64(BigInt(FIRST_FRAME_BYTES + 40)),
  );
  const corrupt = (name: string, how: string, file: Uint8Array): BrokenCase => ({
    name,
    how,
    code: 'corrupt',
    file,
  });
  return [
    corrupt('garbage-after', 'zeros after the last frame', joined(BF16, zeros)),
    corrupt(
      'garbage-between',
      'zeros between two frames',
      joined(TWO_FRAMES.slice(0, FIRST_FRAME_BYTES), zeros, TWO_FRAMES.slice(FIRST_FRAME_BYTES)),
    ),
    corrupt('garbage-before', 'zeros before the first frame', joined(zeros, BF16)),
    corrupt(
      'garbage-inside-last',
      'zeros after the payload, within the last frame, and no frame index',
      inside,
    ),
    corrupt('garbage-inside-first', 'zeros after the payload, within the first frame', insideFirst),
    corrupt('garbage-32-zeros', 'a header of zeros', new Uint8Array(32)),
    corrupt(
      'garbage-text',
      'text',
      new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'),
    ),
  ];
}

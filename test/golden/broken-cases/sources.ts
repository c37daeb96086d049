// The good files that broken ones are made from.

import { readFileSync } from 'node:fs';
import { frameOf, frameOfRaw } from '../../reference/frame-encode.js';
import { floatBytes } from '../seeded-bytes.js';

/** Dtype codes. */
export const FP8 = 29;
export const FLOAT16 = 4;
export const BFLOAT16 = 6;

export const HEADER_BYTES = 32;

/** One chunk in two planes. */
export const BF16 = frameOfRaw(floatBytes(3, 300, 2), BFLOAT16, 2, true);

/** Three chunks in two planes, all raw. */
export const CHUNKS = frameOfChunks();

/** Two frames, by the stock package. */
export const TWO_FRAMES = Uint8Array.from(
  readFileSync(new URL('../files/bf16-odd-elements-streaming.znn', import.meta.url)),
);
export const FIRST_FRAME_BYTES = Number(new DataView(TWO_FRAMES.buffer).getBigUint64(24, true));

function frameOfChunks(): Uint8Array {
  const raw = (plane: number): { type: number; bytes: Uint8Array }[] =>
    [512, 512, 100].map((bytes) => ({ type: 0, bytes: new Uint8Array(bytes).fill(plane + 1) }));
  return frameOf({ dtypeCode: FLOAT16, rawBytes: 2248, planes: [raw(0), raw(1)], chunkLog2: 10 });
}

import { ZnnError } from '../../../src/errors.js';
import {
  HUFFMAN_BY_CAREFUL,
  HUFFMAN_BY_MULTI,
  HUFFMAN_BY_PAIRS,
  HUFFMAN_BY_SINGLE,
} from '../../../src/format/frame/constants.js';
import { decodeHuffmanBlock } from '../../reference/huffman-decode.js';
import { encodeHuffmanBlock } from '../../reference/huffman-encode.js';
import { geometricBytes } from '../../support/distributions.js';
import { kernelDecode } from '../../support/huffman-kernel.js';
import type { Random } from '../mutate.js';
import { ACCEPTED, Finding, type FuzzTarget, isEqual, refusedFor } from '../target.js';

/** A block's first two bytes say how many symbols it stands for. */
const COUNT_BYTES = 2;
const LOOPS = {
  careful: HUFFMAN_BY_CAREFUL,
  single: HUFFMAN_BY_SINGLE,
  pairs: HUFFMAN_BY_PAIRS,
  multi: HUFFMAN_BY_MULTI,
} as const;

function withCount(raw: Uint8Array, block: Uint8Array): Uint8Array {
  return Uint8Array.of(raw.length & 255, raw.length >> 8, ...block);
}

/** One block through every loop of the kernel, through the one that it chooses, and through the slow reference. */
export const huffmanBlock: FuzzTarget = {
  name: 'huffman-block',
  corpus: () =>
    [13, 100, 700, 3000].flatMap((bytes) =>
      [1.02, 1.3, 2, 8].flatMap((skew) =>
        (['direct', 'fse'] as const).flatMap((coding) => {
          const raw = geometricBytes(bytes, bytes, 100, skew);
          const block = encodeHuffmanBlock(raw, 12, coding);
          return block ? [withCount(raw, block)] : [];
        }),
      ),
    ),
  fresh(random: Random) {
    for (;;) {
      const bytes = 6 + (random() % (random() & 1 ? 60 : 2500));
      const skew = [1.01, 1.05, 1.2, 1.6, 2, 3, 8][random() % 7] ?? 2;
      const raw = geometricBytes(random() | 1, bytes, 2 + (random() % 255), skew, random() & 255);
      const coding = (['auto', 'direct', 'fse'] as const)[random() % 3];
      const block = encodeHuffmanBlock(raw, 8 + (random() % 5), coding);
      if (block !== undefined) return withCount(raw, block);
    }
  },
  run(input) {
    const rawBytes = ((input[0] ?? 0) + 256 * (input[1] ?? 0)) & 0x1fff;
    const block = input.slice(COUNT_BYTES);
    const expected = byReference(block, rawBytes);
    const chosen = kernelDecode(block, rawBytes);
    compare('the chosen loop', chosen, expected);
    for (const [name, loop] of Object.entries(LOOPS)) {
      compare(`the loop "${name}"`, kernelDecode(block, rawBytes, loop), expected);
    }
    return typeof chosen === 'number' ? refusedFor(`kernel error ${'x'.repeat(-chosen)}`) : ACCEPTED;
  },
};

function byReference(block: Uint8Array, rawBytes: number): Uint8Array | undefined {
  // Four lanes need as many; the kernel says so, the reference takes it for granted.
  if (rawBytes < 6) return undefined;
  try {
    return decodeHuffmanBlock(block, rawBytes);
  } catch (thrown) {
    if (thrown instanceof ZnnError) return undefined;
    throw thrown;
  }
}

function compare(name: string, found: Uint8Array | number, expected: Uint8Array | undefined): void {
  if (isEqual(typeof found === 'number' ? undefined : found, expected)) return;
  const answer = typeof found === 'number' ? found : `${found.length} bytes`;
  throw new Finding(`${name} gives ${answer}, the reference ${expected ? 'bytes' : 'a refusal'}`);
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HUFFMAN_BY_MULTI, HUFFMAN_BY_PAIRS, HUFFMAN_BY_SINGLE } from '../../src/format/frame/constants.js';
import { encodeHuffmanBlock } from '../reference/huffman-encode.js';
import { kernelDecode } from '../support/huffman-kernel.js';
import { DECODE_WORK, memory } from '../support/kernels.js';

const LOOPS = [undefined, HUFFMAN_BY_SINGLE, HUFFMAN_BY_PAIRS, HUFFMAN_BY_MULTI];

const forgetTables = () => memory.fill(0, DECODE_WORK, DECODE_WORK + 4);

/** 600 symbols of `symbolCount` values, and their block. */
function blockOf(symbolCount: number, seed: number): Uint8Array {
  const plane = Uint8Array.from({ length: 600 }, (_, index) => {
    const random = ((Math.imul(index + 1, 2654435761) ^ Math.imul(seed, 40503)) >>> 0) / 2 ** 32;
    return Math.floor(random ** 3 * symbolCount);
  });
  return encodeHuffmanBlock(plane, 11, 'auto') ?? new Uint8Array();
}

// Few trees, so that neighbours often have the same one; a tree may begin as another one does.
const BLOCKS = [blockOf(3, 1), blockOf(12, 2), blockOf(12, 3), blockOf(60, 4)];

const step = fc.record({
  block: fc.nat(BLOCKS.length - 1),
  loop: fc.constantFrom(...LOOPS),
  /** Where a byte is changed, if at all: in the tree, in the jump table, in the lanes. */
  damageAt: fc.option(fc.nat(120), { freq: 4 }),
});

test('a block decodes as it would alone, whatever was decoded before it', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 12 }), (steps) => {
      const decodeAll = (before: () => void) =>
        steps.map(({ block, loop, damageAt }) => {
          before();
          const bytes = Uint8Array.from(BLOCKS[block] ?? []);
          if (damageAt !== null) bytes[damageAt] = (bytes[damageAt] ?? 0) ^ 0x11;
          return kernelDecode(bytes, 600, loop);
        });
      forgetTables();
      expect(decodeAll(() => {})).toEqual(decodeAll(forgetTables));
    }),
    { numRuns: 500 },
  );
});

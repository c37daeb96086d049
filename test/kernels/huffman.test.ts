import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  HUFFMAN_BY_CAREFUL,
  HUFFMAN_BY_MULTI,
  HUFFMAN_BY_PAIRS,
  HUFFMAN_BY_SINGLE,
} from '../../src/format/frame/constants.js';
import { decodeHuffmanBlock } from '../reference/huffman-decode.js';
import { encodeHuffmanBlock, encodeWithLengths } from '../reference/huffman-encode.js';
import { geometricBytes, randomSource, skewedPlane, uniformBytes } from '../support/distributions.js';
import { kernelCode, kernelDecode, kernelEncode } from '../support/huffman-kernel.js';

/** Each of the kernel's loops, and the one that it chooses. */
const LOOPS = [undefined, HUFFMAN_BY_CAREFUL, HUFFMAN_BY_SINGLE, HUFFMAN_BY_PAIRS, HUFFMAN_BY_MULTI];

describe('code', () => {
  test('is complete, within 11 bits, and gives a code to exactly the symbols that occur', () => {
    fc.assert(
      fc.property(skewedPlane, (plane) => {
        const { maxBits, lengths, counts } = kernelCode(plane);
        const used = [...lengths].filter((length) => length > 0);
        fc.pre(maxBits > 0);
        expect(Math.max(...used)).toBe(maxBits);
        expect(maxBits).toBeLessThanOrEqual(11);
        expect(used.reduce((sum, length) => sum + 2 ** -length, 0)).toBe(1);
        for (let symbol = 0; symbol < 256; symbol++) expect(lengths[symbol] !== 0).toBe(counts[symbol] !== 0);
      }),
    );
  });

  test('is as short as the optimal code of its twin', () => {
    fc.assert(
      fc.property(skewedPlane, (plane) => {
        const mine = kernelEncode(plane);
        const twin = encodeHuffmanBlock(plane);
        fc.pre(mine !== undefined && twin !== undefined);
        // Trees may differ by a few bytes, since ties between codes fall differently; the lanes may not.
        expect(Math.abs((mine?.length ?? 0) - (twin?.length ?? 0))).toBeLessThanOrEqual(4);
      }),
    );
  });

  test('limits Fibonacci counts, the worst case, to 11 bits', () => {
    const plane: number[] = [];
    let [a, b] = [1, 1];
    for (let symbol = 0; symbol < 22; symbol++) {
      for (let i = 0; i < a; i++) plane.push(symbol);
      [a, b] = [b, a + b];
    }
    const { maxBits } = kernelCode(Uint8Array.from(plane));
    expect(maxBits).toBe(11);
    const block = kernelEncode(Uint8Array.from(plane));
    expect(kernelDecode(block ?? new Uint8Array(), plane.length)).toEqual(Uint8Array.from(plane));
  });
});

describe('block', () => {
  test('what the kernel writes, the twin reads, and so does the kernel', () => {
    fc.assert(
      fc.property(skewedPlane, (plane) => {
        const block = kernelEncode(plane);
        fc.pre(block !== undefined);
        expect(decodeHuffmanBlock(block ?? new Uint8Array(), plane.length)).toEqual(plane);
        expect(kernelDecode(block ?? new Uint8Array(), plane.length)).toEqual(plane);
      }),
      { numRuns: 300 },
    );
  });

  test('what the twin writes, the kernel reads: direct and FSE-coded trees, 11 and 12 bits', () => {
    const variants = fc.record({
      maxBits: fc.constantFrom(8, 9, 11, 12),
      coding: fc.constantFrom('direct', 'fse', 'auto'),
    });
    fc.assert(
      fc.property(skewedPlane, variants, (plane, { maxBits, coding }) => {
        const block = encodeHuffmanBlock(plane, maxBits, coding as 'auto');
        fc.pre(block !== undefined);
        expect(kernelDecode(block ?? new Uint8Array(), plane.length)).toEqual(plane);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['two symbols', uniformBytes(1, 131_072, 2)],
    ['one-bit code', geometricBytes(2, 131_072, 20, 4)],
    ['almost one symbol', Uint8Array.from({ length: 131_072 }, (_, i) => (i % 5000 === 17 ? 3 : 7))],
    ['exponents', geometricBytes(3, 131_072, 40, 1.7, 90)],
    ['exponents above 128', geometricBytes(4, 131_071, 40, 1.7, 200)],
    ['256 symbols, hardly skewed', geometricBytes(5, 131_072, 256, 1.02)],
    ['an odd block', geometricBytes(6, 131_069, 60, 1.2)],
    ['full-length lanes of one bit', uniformBytes(9, 4096, 2)],
  ])('whole blocks come back: %s', (_, plane) => {
    const block = kernelEncode(plane);
    expect(kernelDecode(block ?? new Uint8Array(), plane.length)).toEqual(plane);
  });

  test.each([
    ['two symbols', uniformBytes(21, 3001, 2)],
    ['codes of 1 to 11 bits', geometricBytes(22, 5000, 40, 2)],
    ['few pairs fit a window', geometricBytes(23, 5003, 256, 1.01)],
    ['one or two symbols a window', geometricBytes(24, 131_072, 200, 1.05)],
    ['lanes of a few rounds', geometricBytes(25, 120, 20, 1.3)],
  ])('every loop gives the same: %s', (_, plane) => {
    const block = kernelEncode(plane) ?? new Uint8Array();
    for (const loop of LOOPS) expect(kernelDecode(block, plane.length, loop), `loop ${loop}`).toEqual(plane);
  });

  test('256 equal symbols are no gain, and no tree can say so', () => {
    const plane = Uint8Array.from({ length: 4096 }, (_, i) => i & 255);
    expect(kernelCode(plane).maxBits).toBe(8);
    expect(kernelEncode(plane)).toBeUndefined();
  });

  test.each([6, 7, 8, 9, 10, 11, 12, 15, 16, 17, 31, 33])('blocks of %i bytes', (bytes) => {
    const plane = uniformBytes(bytes, bytes, 3);
    const block = kernelEncode(plane);
    if (block === undefined) throw new Error('this seed gives one symbol only: choose another');
    expect(kernelDecode(block, bytes)).toEqual(plane);
    expect(decodeHuffmanBlock(block, bytes)).toEqual(plane);
  });
});

describe('damage', () => {
  const twinOrCode = (block: Uint8Array, bytes: number) => {
    try {
      return decodeHuffmanBlock(block, bytes);
    } catch {
      return 'refused';
    }
  };
  const kernelOrCode = (block: Uint8Array, bytes: number, loop?: number) => {
    const result = kernelDecode(block, bytes, loop);
    return typeof result === 'number' ? 'refused' : result;
  };
  // Deep equality takes far longer than the decoders.
  const isSame = (one: Uint8Array | string, other: Uint8Array | string) =>
    typeof one === 'string' || typeof other === 'string' ? one === other : Buffer.compare(one, other) === 0;

  test('every truncation is refused', () => {
    const plane = geometricBytes(11, 900, 30, 1.5);
    const block = kernelEncode(plane) ?? new Uint8Array();
    for (let bytes = 0; bytes < block.length; bytes++) {
      expect(kernelDecode(block.subarray(0, bytes), plane.length)).toBeTypeOf('number');
    }
  });

  test.each([
    ['much skew', geometricBytes(12, 700, 12, 2)],
    ['little skew', geometricBytes(13, 700, 200, 1.03)],
  ])('any flipped bit: every loop and the twin agree on accept, reject and bytes (%s)', (_, plane) => {
    const block = kernelEncode(plane) ?? new Uint8Array();
    for (let bit = 0; bit < block.length * 8; bit++) {
      const damaged = block.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const expected = twinOrCode(damaged, plane.length);
      for (const loop of LOOPS) {
        const found = kernelOrCode(damaged, plane.length, loop);
        expect(isSame(found, expected), `bit ${bit}, loop ${loop}`).toBe(true);
      }
    }
  });

  test('random garbage: kernel and twin agree', () => {
    const next = randomSource(99);
    for (let run = 0; run < 2000; run++) {
      const block = uniformBytes(next(), 12 + (next() % 150));
      if (run % 2) block[0] = 128 + (next() % 20); // direct trees reach the lanes more often
      const bytes = 6 + (next() % 300);
      const expected = twinOrCode(block, bytes);
      for (const loop of LOOPS) {
        expect(isSame(kernelOrCode(block, bytes, loop), expected), `run ${run}, loop ${loop}`).toBe(true);
      }
    }
  });

  test('a 12-bit code takes the careful path', () => {
    const lengths = [...Array.from({ length: 12 }, (_, i) => i + 1), 12];
    const plane = Uint8Array.from({ length: 4000 }, (_, i) => i % 13);
    const block = encodeWithLengths(plane, lengths) ?? new Uint8Array();
    expect(kernelDecode(block, plane.length)).toEqual(plane);
  });
});

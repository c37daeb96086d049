import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFseWeights, encodeFseWeights } from '../../reference/fse.js';
import { histogram } from '../../reference/histogram.js';
import { decodeHuffmanBlock, decodeHuffmanStream, readWeights } from '../../reference/huffman-decode.js';
import {
  codeLengths,
  encodeHuffmanBlock,
  encodeLane,
  encodeTree,
  joinBlock,
} from '../../reference/huffman-encode.js';
import { treeOfWeights } from '../../reference/huffman-tree.js';

/** Skewed bytes: what Huffman is for. */
const skewed = fc
  .tuple(
    fc.uint8Array({ minLength: 12, maxLength: 600 }),
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ max: 255 }),
  )
  .map(([bytes, spread, base]) => bytes.map((byte) => base + Math.floor((byte / 256) ** 3 * spread)));

test('any block comes back, whichever way its weights are written', () => {
  const anyCoding = fc.constantFrom('auto' as const, 'direct' as const, 'fse' as const);
  fc.assert(
    fc.property(skewed, fc.integer({ min: 8, max: 12 }), anyCoding, (raw, maxBits, coding) => {
      const block = encodeHuffmanBlock(raw, maxBits, coding);
      if (block === undefined) return;
      expect(decodeHuffmanBlock(block, raw.length)).toEqual(raw);
    }),
  );
});

test('any weights come back from their FSE description', () => {
  const anyWeights = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 2, maxLength: 255 });
  fc.assert(
    fc.property(anyWeights, (weights) => {
      const description = encodeFseWeights(weights);
      if (description === undefined) expect(new Set(weights).size).toBe(1);
      else expect(decodeFseWeights(description)).toEqual(weights);
    }),
  );
});

test('code lengths fill the code space and are as good as a plain Huffman code where the limit allows', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 256, maxLength: 256 }), (counts) => {
      const lengths = codeLengths(counts, 12);
      if (lengths === undefined) return;
      expect(lengths.reduce((sum, bits) => sum + (bits > 0 ? 2 ** -bits : 0), 0)).toBe(1);
      const bits = lengths.reduce((sum, length, symbol) => sum + length * (counts[symbol] ?? 0), 0);
      if (Math.max(...lengths) < 12) expect(bits).toBe(huffmanBits(counts));
      else expect(bits).toBeGreaterThanOrEqual(huffmanBits(counts));
    }),
  );
});

test('a limit on the code length is kept', () => {
  const counts = Array.from({ length: 20 }, (_, symbol) => 2 ** symbol);
  expect(Math.max(...(codeLengths(counts, 11) ?? []))).toBe(11);
  expect(Math.max(...(codeLengths(counts, 12) ?? []))).toBe(12);
});

test('as many bytes as raw ones are a copy, one byte is a run', () => {
  expect(decodeHuffmanStream(Uint8Array.of(1, 2, 3), 3)).toEqual(Uint8Array.of(1, 2, 3));
  expect(decodeHuffmanStream(Uint8Array.of(7), 4)).toEqual(Uint8Array.of(7, 7, 7, 7));
});

const EIGHT = Uint8Array.from({ length: 48 }, (_, index) => (index * index) % 7);

/** A block of four lanes, one of them changed. */
function craft(laneIndex: number, change: (lane: number[]) => number[]): Uint8Array {
  const lengths = codeLengths(histogram(EIGHT), 11) ?? [];
  const weights = lengths.map((bits) => (bits === 0 ? 0 : Math.max(...lengths) + 1 - bits));
  const { codes } = treeOfWeights(weights);
  const lanes = [0, 12, 24, 36].map((start, index) => {
    const lane = [...encodeLane(EIGHT.subarray(start, start + 12), codes)];
    return Uint8Array.from(index === laneIndex ? change(lane) : lane);
  });
  return joinBlock(encodeTree(weights, 'direct') as Uint8Array, lanes);
}

test('an untouched crafted block decodes', () => {
  expect(
    decodeHuffmanBlock(
      craft(0, (lane) => lane),
      EIGHT.length,
    ),
  ).toEqual(EIGHT);
});

test.each<[string, number, (lane: number[]) => number[]]>([
  ['a byte of bits is left over', 1, (lane) => [0, ...lane]],
  ['the bits end early', 2, (lane) => lane.slice(1)],
  ['the end mark is missing', 3, (lane) => [...lane, 0]],
  ['a lane is empty', 0, () => []],
])('refused: %s', (_, laneIndex, change) => {
  expect(() => decodeHuffmanBlock(craft(laneIndex, change), EIGHT.length)).toThrow(/^huffman block: /);
});

test.each([
  ['weights that leave 3 cells', [127 + 3, 0x22, 0x10]],
  ['all weights 0', [127 + 2, 0x00]],
  ['weights that need 13-bit codes', [127 + 2, 0xdd]],
  ['no symbol of weight 1', [127 + 1, 0x20]],
  ['a tree longer than the block', [127 + 100, 0x11]],
])('refused: %s', (_, tree) => {
  expect(() => treeOfWeights(readWeights(Uint8Array.from(tree)).weights)).toThrow(/^huffman block: /);
});

/** The bits that a Huffman code without a limit takes: the sum of all inner nodes. */
function huffmanBits(counts: readonly number[]): number {
  const nodes = counts.filter((count) => count > 0);
  let bits = 0;
  while (nodes.length > 1) {
    nodes.sort((a, b) => b - a);
    const node = (nodes.pop() ?? 0) + (nodes.pop() ?? 0);
    bits += node;
    nodes.push(node);
  }
  return bits;
}

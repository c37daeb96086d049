import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHUNK_BYTES, HUFFMAN_BLOCK_MAX_BYTES } from '../../../src/format/frame/constants.js';
import {
  chunkCountOf,
  chunkRawBytesOf,
  cumulativeOffsetOf,
  encodedBytesMax,
  encodedBytesMin,
  planeBytesOf,
  tableBytesOf,
  typeOffsetOf,
} from '../../../src/format/frame/geometry.js';

const planeCounts = fc.constantFrom<1 | 2 | 4>(1, 2, 4);

test('chunks cover the raw bytes exactly, all full but the last', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.constantFrom(4, 16, 1024), (rawBytes, chunkBytes) => {
      const sizes = Array.from({ length: chunkCountOf(rawBytes, chunkBytes) }, (_, i) =>
        chunkRawBytesOf({ rawBytes, chunkBytes }, i),
      );
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(rawBytes);
      expect(sizes.slice(0, -1).every((size) => size === chunkBytes)).toBe(true);
      expect(sizes.at(-1)).toBeGreaterThan(0);
    }),
  );
});

test('planes share a chunk, the first ones taking the remainder', () => {
  fc.assert(
    fc.property(fc.nat(1 << 20), planeCounts, (chunkRawBytes, planeCount) => {
      // Byte i of the chunk belongs to plane i mod planeCount.
      for (let plane = 0; plane < planeCount; plane++) {
        const owned = Math.ceil(Math.max(0, chunkRawBytes - plane) / planeCount);
        expect(planeBytesOf(chunkRawBytes, planeCount, plane)).toBe(owned);
      }
    }),
  );
});

test('an empty frame has no chunk and no table', () => {
  expect(chunkCountOf(0, CHUNK_BYTES)).toBe(0);
  expect(tableBytesOf(2, 0)).toBe(0);
  expect(encodedBytesMin({ headerBytes: 32, planeCount: 4, rawBytes: 0, chunkBytes: 1024 })).toBe(32);
});

test('table entries are plane-major and fill the tables without overlap', () => {
  const [planeCount, chunkCount] = [4, 3];
  const types = [];
  const sizes = [];
  for (let plane = 0; plane < planeCount; plane++) {
    for (let chunk = 0; chunk < chunkCount; chunk++) {
      types.push(typeOffsetOf(chunkCount, plane, chunk));
      sizes.push(cumulativeOffsetOf(planeCount, chunkCount, plane, chunk));
    }
  }
  expect(types).toEqual(Array.from({ length: 12 }, (_, i) => i));
  expect(sizes).toEqual(Array.from({ length: 12 }, (_, i) => 12 + 8 * i));
  expect(tableBytesOf(planeCount, chunkCount)).toBe(12 + 8 * 12);
});

test('a frame never expands by more than its header and tables, nor claims to by more than a block allows', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 40), planeCounts, (rawBytes, planeCount) => {
      const chunkBytes = planeCount === 1 ? HUFFMAN_BLOCK_MAX_BYTES : CHUNK_BYTES;
      const least = encodedBytesMin({ headerBytes: 32, planeCount, rawBytes, chunkBytes });
      expect(least).toBeLessThanOrEqual(encodedBytesMax(rawBytes, planeCount, chunkBytes));
      expect(rawBytes).toBeLessThanOrEqual(least * (HUFFMAN_BLOCK_MAX_BYTES / 10));
    }),
  );
});

test('a part of a chunk that is too long for a block counts in full', () => {
  const frame = { headerBytes: 32, planeCount: 2, rawBytes: 2 ** 40, chunkBytes: 2 ** 24 } as const;
  expect(encodedBytesMin(frame)).toBe(32 + 2 * 2 ** 16 * 9 + 2 ** 40);
});

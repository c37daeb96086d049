import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { histogram } from '../reference/histogram.js';
import { geometricBytes } from '../support/distributions.js';
import { kernelCode } from '../support/huffman-kernel.js';
import { guardedTargets, kernels, memory, placeAtEnd, WORK } from '../support/kernels.js';

/** Planes of 2 to 64 values with or without zeros among them, some too wide for pairs. */
const plane = fc
  .record({
    seed: fc.integer({ min: 1, max: 1e9 }),
    blocks: fc.integer({ min: 1, max: 300 }),
    symbols: fc.integer({ min: 2, max: 66 }),
    first: fc.integer({ min: 0, max: 192 }),
    zeros: fc.boolean(),
  })
  .map(({ seed, blocks, symbols, first, zeros }) => {
    const values = geometricBytes(seed, blocks * 16, symbols, 1.2, first);
    if (zeros) values[seed % values.length] = 0;
    return values;
  });

function map(values: Uint8Array) {
  const { addresses, check } = guardedTargets(values.length);
  const [pairs = 0] = addresses;
  const base = kernels.mapPairs(placeAtEnd(values), values.length, pairs);
  check();
  return { base, pairs: memory.slice(pairs, pairs + values.length) };
}

const fitsSlots = (values: Uint8Array) => {
  const used = [...new Set(values)].filter((value) => value > 0);
  return used.length === 0 || Math.max(...used) - Math.min(...used) <= 62;
};

describe('mapping', () => {
  test('refuses exactly the planes that need more than 64 slots', () => {
    fc.assert(
      fc.property(plane, (values) => {
        expect(map(values).base >= 0).toBe(fitsSlots(values));
      }),
    );
  });

  test.each([
    [[0, 255], true],
    [[0, 193, 255], true],
    [[192, 255], false],
    [[0, 63], true],
    [[1, 63], true],
    [[1, 64], false],
    [[0], true],
    [[255], true],
  ])('values %j fit: %j', (values, fits) => {
    const source = Uint8Array.from({ length: 64 }, (_, i) => values[i % values.length] ?? 0);
    expect(map(source).base >= 0).toBe(fits);
  });
});

test('the histogram by pairs is the histogram', () => {
  fc.assert(
    fc.property(plane.filter(fitsSlots), (values) => {
      const { base, pairs } = map(values);
      const { addresses, check } = guardedTargets(1024);
      const [counts = 0] = addresses;
      kernels.pairHistogram(placeAtEnd(pairs), values.length / 2, base, counts, WORK);
      check();
      expect([...new Uint32Array(memory.slice(counts, counts + 1024).buffer)]).toEqual(histogram(values));
    }),
  );
});

/** The lanes of `values` as huffman-encode.ts writes them, and by pairs. */
function bothLanes(values: Uint8Array) {
  const { base, pairs } = map(values);
  const { maxBits, lengths, codedBits } = kernelCode(values);
  const room = 6 + Math.ceil(codedBits / 8) + 4 + 8;
  const { addresses, check } = guardedTargets(256, 2048, 32_768, room, room);
  const [lengthsAt = 0, codes = 0, pairCodes = 0, single = 0, paired = 0] = addresses;
  memory.set(lengths, lengthsAt);
  kernels.buildCodes(lengthsAt, maxBits, codes);
  kernels.buildPairCodes(lengthsAt, codes, base, pairCodes, WORK);
  const singleBytes = kernels.encodeLanes(placeAtEnd(values), values.length, codes, single);
  const pairedBytes = kernels.encodePairLanes(placeAtEnd(pairs), values.length, pairCodes, paired);
  check();
  return {
    lengths,
    single: memory.slice(single, single + singleBytes),
    paired: memory.slice(paired, paired + pairedBytes),
  };
}

test('the lanes by pairs are the lanes, byte for byte', () => {
  fc.assert(
    fc.property(plane.filter(fitsSlots), (values) => {
      fc.pre(kernelCode(values).maxBits > 0);
      const { single, paired } = bothLanes(values);
      expect(paired).toEqual(single);
    }),
  );
});

test('a stretch of rare symbols, whose codes are too long for one flush, is written like any other', () => {
  const values = new Uint8Array(8192).fill(100);
  for (let i = 0; i < 40; i++) values[3000 + i] = 60 + i;
  const { lengths, single, paired } = bothLanes(values);
  expect(lengths[60]).toBeGreaterThanOrEqual(7);
  expect(paired).toEqual(single);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { histogram, isSampled } from '../reference/histogram.js';
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

function map(values: Uint8Array, likelyRange = 0) {
  const { addresses, check } = guardedTargets(values.length);
  const [pairs = 0] = addresses;
  const range = kernels.mapPairs(placeAtEnd(values), values.length, pairs, likelyRange);
  check();
  return { range, pairs: memory.slice(pairs, pairs + values.length) };
}

const fitsSlots = (values: Uint8Array) => {
  const used = [...new Set(values)].filter((value) => value > 0);
  return used.length === 0 || Math.max(...used) - Math.min(...used) <= 62;
};

describe('mapping', () => {
  test('refuses exactly the planes that need more than 64 slots', () => {
    fc.assert(
      fc.property(plane, (values) => {
        expect(map(values).range >= 0).toBe(fitsSlots(values));
      }),
    );
  });

  test('gives the same pairs whatever range is expected', () => {
    fc.assert(
      fc.property(plane.filter(fitsSlots), fc.integer({ min: 0, max: (1 << 17) - 1 }), (values, likely) => {
        const { range, pairs } = map(values);
        for (const expected of [range, likely]) expect(map(values, expected)).toEqual({ range, pairs });
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
    expect(map(source).range >= 0).toBe(fits);
  });
});

test('the histogram by pairs is the histogram', () => {
  fc.assert(
    fc.property(plane.filter(fitsSlots), (values) => {
      const { range, pairs } = map(values);
      const { addresses, check } = guardedTargets(1024);
      const [counts = 0] = addresses;
      kernels.pairHistogram(placeAtEnd(pairs), values.length / 2, range, counts, WORK);
      check();
      expect([...new Uint32Array(memory.slice(counts, counts + 1024).buffer)]).toEqual(histogram(values));
    }),
  );
});

test('the histogram of a sample counts what it looks at, and every other value of the plane once', () => {
  const large = fc
    .record({
      seed: fc.integer({ min: 1, max: 1e9 }),
      stretches: fc.integer({ min: 1, max: 64 }),
      symbols: fc.integer({ min: 2, max: 40 }),
      first: fc.integer({ min: 1, max: 192 }),
      zeros: fc.boolean(),
    })
    .map(({ seed, stretches, symbols, first, zeros }) => {
      const values = geometricBytes(seed, stretches * 2048, symbols, 1.6, first);
      if (zeros) values[seed % values.length] = 0;
      return values;
    });
  fc.assert(
    fc.property(large, (values) => {
      const { range, pairs } = map(values);
      const { addresses, check } = guardedTargets(1024);
      const [counts = 0] = addresses;
      const unseen = kernels.pairSampleHistogram(placeAtEnd(pairs), values.length / 2, range, counts, WORK);
      check();
      const expected = histogram(values.filter((_, index) => isSampled(index)));
      const used = values.filter((value) => value > 0);
      const covered = [...(values.includes(0) ? [0] : [])];
      for (let value = Math.min(...new Set(used)); value <= Math.max(...new Set(used)); value++)
        covered.push(value);
      const missed = covered.filter((value) => expected[value] === 0);
      for (const value of missed) expected[value] = 1;
      expect([...new Uint32Array(memory.slice(counts, counts + 1024).buffer)]).toEqual(expected);
      expect(unseen).toBe(missed.length);
    }),
    { numRuns: 60 },
  );
});

test('the sample of code lengths adds up those of its pairs', () => {
  const values = geometricBytes(3, 8 * 2048, 20, 1.6, 100);
  const { range, pairs } = map(values);
  const { maxBits, lengths } = kernelCode(values);
  const { addresses } = guardedTargets(256, 2048, 32_768);
  const [lengthsAt = 0, codes = 0, pairCodes = 0] = addresses;
  memory.set(lengths, lengthsAt);
  kernels.buildCodes(lengthsAt, maxBits, codes);
  kernels.buildPairCodes(lengthsAt, codes, range, pairCodes, WORK);
  const bits = kernels.pairSampleBits(placeAtEnd(pairs), values.length / 2, pairCodes);
  let expected = 0;
  for (const [index, value] of values.entries()) if (isSampled(index, 128)) expected += lengths[value] ?? 0;
  expect(bits).toBe(expected);
});

/** The lanes of `values` as huffman-encode.ts writes them, and by pairs. */
function bothLanes(values: Uint8Array) {
  const { range, pairs } = map(values);
  const { maxBits, lengths, codedBits } = kernelCode(values);
  const room = 6 + Math.ceil(codedBits / 8) + 4 + 8;
  const { addresses, check } = guardedTargets(256, 2048, 32_768, room, room);
  const [lengthsAt = 0, codes = 0, pairCodes = 0, single = 0, paired = 0] = addresses;
  memory.set(lengths, lengthsAt);
  kernels.buildCodes(lengthsAt, maxBits, codes);
  kernels.buildPairCodes(lengthsAt, codes, range, pairCodes, WORK);
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

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { histogram } from '../reference/histogram.js';
import { geometricBytes, skewedPlane, uniformBytes } from '../support/distributions.js';
import { guardedTargets, kernels, memory, placeAtEnd, WORK } from '../support/kernels.js';

const histogramBytes = Number(kernels.HISTOGRAM_BYTES.value);

test('counts like its twin', () => {
  fc.assert(
    fc.property(skewedPlane, (plane) => {
      const { addresses, check } = guardedTargets(histogramBytes);
      const [counts = 0] = addresses;
      kernels.histogram(placeAtEnd(plane), plane.length, counts, WORK);
      check();
      expect([...new Uint32Array(memory.buffer, counts, 256)]).toEqual(histogram(plane));
    }),
  );
});

test('the sample proves a flat plane flat, and shows a skewed one', () => {
  const sampleBytes = Number(kernels.SAMPLE_BYTES.value);
  const probability = (plane: Uint8Array) =>
    kernels.sampleCollisions(placeAtEnd(plane), plane.length, WORK) / sampleBytes ** 2;
  expect(probability(uniformBytes(1, 131_072))).toBeLessThan(1.2 / 256);
  expect(probability(uniformBytes(1, sampleBytes))).toBeLessThan(1.2 / 256);
  expect(probability(geometricBytes(1, 131_072, 256, 1.05))).toBeGreaterThan(2 / 256);
  expect(probability(new Uint8Array(131_072))).toBe(1);
});

test('only planes of one value are constant, whatever the length and place of the odd one out', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(255), fc.nat(), (bytes, value, at) => {
      const plane = new Uint8Array(bytes).fill(value);
      expect(kernels.isConstant(placeAtEnd(plane), bytes)).toBe(1);
      plane[at % bytes] = value ^ 1;
      expect(kernels.isConstant(placeAtEnd(plane), bytes)).toBe(bytes === 1 ? 1 : 0);
    }),
  );
});

import { describe, expect, test, vi } from 'vitest';
import { encodeFrame } from '../../../src/codec/encode/encode-frame.js';
import { instantiateKernels } from '../../../src/codec/kernels.js';
import { RAW } from '../../../src/codec/memory.js';
import { compileKernels } from '../../../src/io/kernels-file.js';
import { decodeZnn } from '../../reference/frame-decode.js';
import { isSampled } from '../../reference/histogram.js';
import { randomSource } from '../../support/distributions.js';
import { kernelCode } from '../../support/huffman-kernel.js';

const instance = instantiateKernels(compileKernels());
const pairSampleHistogram = vi.fn(instance.exports.pairSampleHistogram);
const kernels = { ...instance, exports: { ...instance.exports, pairSampleHistogram } };
const PLANE_BYTES = 1 << 17;
/** Frame header, tables, a tree of some 20 symbols, jump table, ends of lanes. */
const HEADERS_BYTES = 32 + 9 + 12 + 6 + 4;

/** The frame of one plane, one chunk. */
function encode(plane: Uint8Array) {
  kernels.bytes.set(plane, RAW);
  const { parts, encodedBytes } = encodeFrame(kernels, plane.length, 'bytes', false);
  return { bytes: Buffer.concat(parts), encodedBytes };
}

/** A plane whose sampled symbols come from one source and whose others come from another. */
function planeOf(sampled: () => number, others: () => number): Uint8Array {
  return Uint8Array.from({ length: PLANE_BYTES }, (_, index) => (isSampled(index) ? sampled() : others()));
}

/** The same symbols in an order that no sample can be wrong about. */
function shuffled(plane: Uint8Array): Uint8Array {
  const next = randomSource(9);
  const symbols = Uint8Array.from(plane);
  for (let i = symbols.length - 1; i > 0; i--) {
    const j = next() % (i + 1);
    [symbols[i], symbols[j]] = [symbols[j] ?? 0, symbols[i] ?? 0];
  }
  return symbols;
}

const next = randomSource(7);
const uniform = (symbols: number) => () => 100 + (next() % symbols);
const mostly = (value: number, others: () => number) => () => (next() % 64 === 0 ? others() : value);

describe('a sample that misleads costs nothing', () => {
  test.each([
    ['it sees two of 32 values', planeOf(uniform(2), uniform(32))],
    ['it sees all of 8 values, most of them too rarely', planeOf(mostly(100, uniform(8)), uniform(8))],
    [
      'the code that it suggests would take more than the plane itself',
      planeOf(mostly(100, uniform(60)), uniform(60)),
    ],
  ])('%s', (_, plane) => {
    const { bytes, encodedBytes } = encode(plane);
    expect(Buffer.compare(decodeZnn(bytes), plane)).toBe(0);
    expect(encodedBytes / encode(shuffled(plane)).encodedBytes).toBeLessThan(1.03);
  });
});

const unit = () => (next() + 1) / 0x1_0000_0001;
const normal = () => Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit());
/** What the exponents of normally distributed weights look like, the largest of which is `largest` or one less. */
const exponents = (largest: number) =>
  Uint8Array.from({ length: PLANE_BYTES }, () =>
    Math.max(0, largest - 2 + Math.floor(Math.log2(Math.min(7.9, Math.abs(normal()))))),
  );

test('a fair sample costs next to nothing: a thousandth of the code of all counts', () => {
  const plane = exponents(122);
  const countedBytes = kernelCode(plane).codedBits / 8;
  expect((encode(plane).encodedBytes - HEADERS_BYTES) / countedBytes).toBeLessThan(1.001);
});

describe('a part like the one before', () => {
  /** Frame of the parts, decoded again, and its size over that of frames of the single parts. */
  function sizeTogether(...parts: Uint8Array[]): number {
    const { bytes, encodedBytes } = encode(Buffer.concat(parts));
    expect(Buffer.compare(decodeZnn(bytes), Buffer.concat(parts))).toBe(0);
    return encodedBytes / parts.reduce((sum, part) => sum + encode(part).encodedBytes, 0);
  }
  /** One value fewer at the lower end, so that a code of the first part serves the second. */
  const without = (plane: Uint8Array, value: number) =>
    plane.map((symbol) => (symbol <= value ? value + 1 : symbol));
  const lowest = (plane: Uint8Array) => plane.reduce((least, symbol) => Math.min(least, symbol), 255);

  test('gets its code: no other counts are made', () => {
    const first = exponents(122);
    const second = without(exponents(122), lowest(first));
    pairSampleHistogram.mockClear();
    expect(sizeTogether(first, second)).toBeLessThan(1.0005);
    // One for the frame of both, one for each alone.
    expect(pairSampleHistogram).toHaveBeenCalledTimes(3);
  });

  test('and one that is not gets its own', () => {
    const first = exponents(122);
    const others = {
      'with a value more at the upper end': exponents(123),
      'with a value less at the upper end': exponents(121),
      'with a value more at the lower end': without(exponents(122), 60).with(5, lowest(first) - 1),
      'with zeros': without(exponents(122), lowest(first)).with(5, 0),
      'with other frequencies': without(exponents(122), lowest(first)).map((symbol, index) =>
        index % 4 === 0 ? 118 : symbol,
      ),
      'that is shorter': exponents(122).subarray(0, PLANE_BYTES - 2048),
    };
    for (const [name, second] of Object.entries(others))
      expect(sizeTogether(first, second), name).toBeLessThan(1.0005);
  });
});

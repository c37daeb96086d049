import { describe, expect, test } from 'vitest';
import { encodeFrame } from '../../../src/codec/encode-frame.js';
import { compileKernels, instantiateKernels } from '../../../src/codec/kernels.js';
import { RAW } from '../../../src/codec/memory.js';
import { decodeZnn } from '../../reference/frame-decode.js';
import { isSampled } from '../../reference/histogram.js';
import { randomSource } from '../../support/distributions.js';
import { kernelCode } from '../../support/huffman-kernel.js';

const kernels = instantiateKernels(compileKernels());
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

test('a fair sample costs next to nothing: a thousandth of the code of all counts', () => {
  const unit = () => (next() + 1) / 0x1_0000_0001;
  const normal = () => Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit());
  const plane = Uint8Array.from({ length: PLANE_BYTES }, () =>
    Math.max(0, 120 + Math.floor(Math.log2(Math.abs(normal())))),
  );
  const countedBytes = kernelCode(plane).codedBits / 8;
  expect((encode(plane).encodedBytes - HEADERS_BYTES) / countedBytes).toBeLessThan(1.001);
});

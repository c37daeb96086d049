import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeChunk } from '../../../src/codec/decode/decode-chunk.js';
import { encodeFrame } from '../../../src/codec/encode/encode-frame.js';
import { instantiateKernels } from '../../../src/codec/kernels.js';
import { RAW } from '../../../src/codec/memory.js';
import { ENCODINGS, type Encoding, type EncodingChoice } from '../../../src/format/frame/dtypes.js';
import { encodedBytesMax } from '../../../src/format/frame/geometry.js';
import { compileKernels } from '../../../src/io/kernels-file.js';
import { decodeZnn } from '../../reference/frame-decode.js';
import { xxh64 } from '../../reference/xxh64.js';
import { geometricBytes, randomSource, uniformBytes } from '../../support/distributions.js';

const kernels = instantiateKernels(compileKernels());
const encodings = Object.keys(ENCODINGS) as Encoding[];

function encode(raw: Uint8Array, choice: EncodingChoice) {
  kernels.bytes.set(raw, RAW);
  const frame = encodeFrame(kernels, raw.length, choice, false);
  return { ...frame, bytes: Buffer.concat(frame.parts) };
}

/** Floats with a normal distribution, as bfloat16 or float32. */
function gaussian(seed: number, count: number, kind: 'bf16' | 'f32' | 'clean f32'): Uint8Array {
  const next = randomSource(seed);
  const unit = () => (next() + 1) / 0x1_0000_0001;
  const floats = Float32Array.from(
    { length: count },
    () => 0.02 * Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit()),
  );
  const words = new Uint32Array(floats.buffer);
  if (kind === 'f32') return new Uint8Array(floats.buffer);
  if (kind === 'clean f32') return new Uint8Array(words.map((word) => word & 0xffff0000).buffer);
  return new Uint8Array(Uint16Array.from(words, (word) => word >>> 16).buffer);
}

describe('a frame', () => {
  test('decodes to its raw bytes by the reference, for every encoding and any content', () => {
    const content = fc.record({
      encoding: fc.constantFrom(...encodings),
      elements: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 41, max: 9000 })),
      seed: fc.integer({ min: 1, max: 1e9 }),
      skew: fc.constantFrom(1.01, 1.2, 2, 6),
    });
    fc.assert(
      fc.property(content, ({ encoding, elements, seed, skew }) => {
        const raw = geometricBytes(seed, elements * ENCODINGS[encoding].planeCount, 256, skew);
        const frame = encode(raw, encoding);
        expect(frame.bytes.length).toBe(frame.encodedBytes);
        expect(Buffer.compare(decodeZnn(frame.bytes), raw)).toBe(0);
        expect(frame.checksum).toBe(xxh64(raw));
      }),
    );
  });

  test.each([
    ['bf16', gaussian(1, 300_001, 'bf16'), 0.67],
    ['f32', gaussian(2, 200_000, 'f32'), 0.84],
    ['f32', gaussian(3, 200_000, 'clean f32'), 0.42],
    ['bytes', new Uint8Array(700_000), 0.001],
  ] as const)('%s of several chunks shrinks as expected', (encoding, raw, ratio) => {
    const frame = encode(raw, encoding);
    expect(frame.encodedBytes / raw.length).toBeLessThan(ratio);
    expect(Buffer.compare(decodeZnn(frame.bytes), raw)).toBe(0);
  });

  test('never takes more than header, tables and raw bytes', () => {
    for (const encoding of encodings) {
      const raw = uniformBytes(5, 300_000);
      const frame = encode(raw, encoding);
      const { planeCount } = ENCODINGS[encoding];
      const chunkBytes = planeCount === 1 ? 1 << 17 : 1 << 18;
      expect(frame.encodedBytes).toBeLessThanOrEqual(encodedBytesMax(raw.length, planeCount, chunkBytes));
    }
  });

  test('a plane that is flat in one chunk and skewed in the next, in either order, comes back', () => {
    const flat = uniformBytes(1, 1 << 18);
    const skewed = geometricBytes(2, 1 << 18, 30, 2);
    for (const chunks of [
      [flat, skewed, flat, skewed],
      [skewed, flat, skewed],
      [flat, flat, skewed],
    ]) {
      const raw = Buffer.concat(chunks);
      for (const encoding of encodings)
        expect(Buffer.compare(decodeZnn(encode(raw, encoding).bytes), raw)).toBe(0);
    }
  });
});

describe('auto', () => {
  const int64 = new Uint8Array(BigInt64Array.from({ length: 40_000 }, (_, i) => BigInt(i * 3)).buffer);
  test.each([
    ['bf16', gaussian(1, 100_000, 'bf16')],
    ['f32', gaussian(2, 100_000, 'f32')],
    ['i32', int64],
    ['bytes', uniformBytes(3, 100_000)],
    ['bytes', geometricBytes(4, 100_000, 256, 1.1)],
  ] as const)('finds %s', (encoding, raw) => {
    expect(encode(raw, 'auto').encoding).toBe(encoding);
  });

  test('never cuts an element: a frame of odd length is bytes', () => {
    expect(encode(gaussian(1, 50_000, 'bf16').subarray(1), 'auto').encoding).toBe('bytes');
  });

  test('depends on the bytes alone, not on what the memory held before', () => {
    const raw = gaussian(8, 70_000, 'bf16');
    const before = encode(raw, 'auto').bytes;
    kernels.bytes.fill(0xee);
    expect(Buffer.compare(encode(raw, 'auto').bytes, before)).toBe(0);
  });
});

test('a damaged Huffman block names its plane', () => {
  const layout = { planeCount: 2, rotated: true } as const;
  const streams = [0, 1].map((planeIndex) => ({ type: 1, address: RAW + planeIndex * 64, bytes: 40 }));
  kernels.bytes.fill(0, RAW, RAW + 1024);
  expect(() => decodeChunk(kernels, layout, streams, 200, RAW + 4096)).toThrow(
    'Huffman block: plane 0: malformed tree description',
  );
});

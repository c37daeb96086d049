// Whole safetensors files of every dtype, size and distribution, as fast-check arbitraries.

import fc from 'fast-check';
import { concatBytes } from './bytes.js';
import { geometricBytes } from './distributions.js';
import { headerOf, type TensorSpec } from './safetensors.js';

const DTYPES: readonly (readonly [dtype: string, elementBytes: number])[] = [
  ['BOOL', 1],
  ['U8', 1],
  ['I8', 1],
  ['F8_E4M3', 1],
  ['F8_E5M2', 1],
  ['F8_E8M0', 1],
  ['I16', 2],
  ['U16', 2],
  ['F16', 2],
  ['BF16', 2],
  ['I32', 4],
  ['U32', 4],
  ['F32', 4],
  ['F64', 8],
  ['I64', 8],
  ['U64', 8],
  ['C64', 8],
  ['X16_OF_TOMORROW', 2],
];

const tensor = fc.record({
  dtype: fc.constantFrom(...DTYPES),
  elements: fc.oneof(fc.nat(3), fc.nat(3000), fc.integer({ min: 30_000, max: 300_000 })),
  seed: fc.integer({ min: 1, max: 1e9 }),
  symbols: fc.constantFrom(1, 2, 20, 256),
  skew: fc.constantFrom(1.01, 1.3, 3),
});

/** The bytes of a safetensors file with up to 12 tensors. */
export const safetensorsFile: fc.Arbitrary<Uint8Array> = fc
  .array(tensor, { maxLength: 12 })
  .map((tensors) => {
    const specs: TensorSpec[] = tensors.map(({ dtype: [dtype, elementBytes], elements }, index) => ({
      name: `layer.${index}`,
      dtype,
      shape: [elements],
      bytes: elements * elementBytes,
    }));
    const contents = tensors.map(({ seed, symbols, skew }, index) =>
      geometricBytes(seed, specs[index]?.bytes ?? 0, symbols, skew, seed & 255),
    );
    return concatBytes(headerOf(specs, { format: 'pt' }), ...contents);
  });

/** Any bytes at all, of a length around what a frame or a chunk likes or not. */
export const anyFile: fc.Arbitrary<Uint8Array> = fc
  .record({
    bytes: fc.oneof(
      fc.nat(5),
      fc.nat(70_000),
      fc.constantFrom(131_071, 262_143, 262_144, 262_145, 4_194_305),
    ),
    seed: fc.integer({ min: 1, max: 1e9 }),
    symbols: fc.constantFrom(1, 2, 40, 256),
    skew: fc.constantFrom(1.01, 1.5),
  })
  .map(({ bytes, seed, symbols, skew }) => geometricBytes(seed, bytes, symbols, skew));

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { xxh64 } from '../reference/xxh64.js';
import { kernels, placeAtEnd, WORK } from '../support/kernels.js';

function checksumOf(bytes: Uint8Array, firstPart: number): bigint {
  const address = placeAtEnd(bytes);
  const stripes = bytes.length & ~31;
  const split = Math.min(firstPart & ~31, stripes);
  kernels.checksumBegin(WORK);
  kernels.checksumStripes(WORK, address, split);
  kernels.checksumStripes(WORK, address + split, stripes - split);
  return BigInt.asUintN(64, kernels.checksumFinish(WORK, address + stripes, BigInt(bytes.length)));
}

test('equals XXH64 for any length and however the bytes are split', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, firstPart) => {
      expect(checksumOf(bytes, firstPart)).toBe(xxh64(bytes));
    }),
  );
});

test('equals the published values of the xxHash specification', () => {
  expect(checksumOf(new Uint8Array(0), 0)).toBe(0xef46db3751d8e999n);
  expect(checksumOf(new TextEncoder().encode('a'), 0)).toBe(0xd24ec4f1a98c6e5bn);
  expect(checksumOf(new TextEncoder().encode('abc'), 0)).toBe(0x44bc2cf5ad770999n);
});

import { expect, test } from 'vitest';
import { xxh64 } from '../../reference/xxh64.js';

const hash = (text: string, seed = 0n): string =>
  xxh64(new TextEncoder().encode(text), seed).toString(16).padStart(16, '0');

test.each([
  ['', 'ef46db3751d8e999'],
  ['a', 'd24ec4f1a98c6e5b'],
  ['abc', '44bc2cf5ad770999'],
  // Longer than a stripe, with a tail of 7 = 4 + 3 bytes.
  ['Nobody inspects the spammish repetition', 'fbcea83c8a378bf1'],
])('agrees with xxhsum -H64 on %j', (text, expected) => {
  expect(hash(text)).toBe(expected);
});

test('a seed changes the hash of nothing', () => {
  expect(hash('', 1n)).not.toBe(hash('', 0n));
});

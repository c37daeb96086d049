import { statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSameTime, secondsOf } from '../../../src/io/file-times.js';
import { sharedTemporaryFolder } from '../../support/temporary-folder.js';

const file = path.join(sharedTemporaryFolder(), 'file');
writeFileSync(file, '');

function copyOf(nanoseconds: bigint): bigint {
  utimesSync(file, secondsOf(nanoseconds), secondsOf(nanoseconds));
  return statSync(file, { bigint: true }).mtimeNs;
}

test('a copied time stays in its microsecond, on the first trip and on the second', () => {
  fc.assert(
    fc.property(fc.bigInt(1n, 4_000_000_000_000_000_000n), (original) => {
      const copy = copyOf(original);
      expect(copy / 1000n).toBe(original / 1000n);
      expect(isSameTime(original, copy)).toBe(true);
      expect(copyOf(copy)).toBe(copy);
    }),
    // The first one is two steps from its nearest double.
    { numRuns: 5_000, examples: [[78_384_847_115_649_000n], [1n], [4_000_000_000_000_000_000n]] },
  );
});

test('a time before 1970 is copied to the microsecond', () => {
  fc.assert(
    fc.property(fc.bigInt(-1_000_000_000_000_000_000n, 0n), (original) => {
      expect(isSameTime(original, copyOf(original))).toBe(true);
    }),
    { numRuns: 2_000, examples: [[0n], [-1n], [-1_500_000_001n]] },
  );
});

test('a microsecond apart is the same time, more is not', () => {
  expect(isSameTime(5000n, 4000n)).toBe(true);
  expect(isSameTime(4000n, 5001n)).toBe(false);
});

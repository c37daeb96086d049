import { statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSameTime, secondsOf } from '../../../src/io/file-times.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

test('a copied time stays in its microsecond, on the first trip and on the second', () => {
  const file = path.join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  const copyOf = (nanoseconds: bigint) => {
    utimesSync(file, secondsOf(nanoseconds), secondsOf(nanoseconds));
    return statSync(file, { bigint: true }).mtimeNs;
  };
  fc.assert(
    fc.property(fc.bigInt(1n, 4_000_000_000_000_000_000n), (original) => {
      const copy = copyOf(original);
      expect(copy / 1000n).toBe(original / 1000n);
      expect(isSameTime(original, copy)).toBe(true);
      expect(copyOf(copy)).toBe(copy);
    }),
  );
});

test('a microsecond apart is the same time, more is not', () => {
  expect(isSameTime(5000n, 4000n)).toBe(true);
  expect(isSameTime(4000n, 5001n)).toBe(false);
});

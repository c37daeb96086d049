import { expect, test } from 'vitest';
import { exitCodeOf } from '../../../src/cli/report/exit-codes.js';
import { ZnnError, type ZnnErrorCode } from '../../../src/errors.js';

const errors = (...codes: ZnnErrorCode[]) => codes.map((code) => new ZnnError(code, 'x'));

test('no error is 0', () => {
  expect(exitCodeOf([])).toBe(0);
});

test.each(['io', 'unsupported', 'invalid-argument'] as const)('%s is 1', (code) => {
  expect(exitCodeOf(errors(code))).toBe(1);
});

test.each(['corrupt', 'truncated'] as const)('%s is 3, and wins over 1 in any order', (code) => {
  expect(exitCodeOf(errors(code))).toBe(3);
  expect(exitCodeOf(errors('io', code))).toBe(3);
  expect(exitCodeOf(errors(code, 'io'))).toBe(3);
});

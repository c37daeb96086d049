import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRatio,
  formatSpeed,
  gigabytesPerSecondOf,
  ratioPercentOf,
} from '../../../src/cli/report/units.js';

describe('bytes', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [1023, '1.02 kB'],
    [70_312_345, '70.3 MB'],
    [999_499, '999 kB'],
    [999_999, '1.00 MB'],
    [1_073_741_824, '1.07 GB'],
    [123_456_789_012_345, '123 TB'],
    [Number.MAX_SAFE_INTEGER, '9.01 PB'],
    [9e18, '9000 PB'],
  ])('%d is %s', (byteCount, text) => {
    expect(formatBytes(byteCount)).toBe(text);
  });
});

test('a ratio is compressed over original, in per cent', () => {
  expect(ratioPercentOf(2, 8)).toBe(25);
  expect(formatRatio(6652, 10_000)).toBe('66.52 %');
});

test('an empty original has no ratio', () => {
  expect(ratioPercentOf(300, 0)).toBeUndefined();
  expect(formatRatio(300, 0)).toBe('-');
});

test('a speed is in units of 10^9 bytes a second', () => {
  expect(gigabytesPerSecondOf(3e9, 2)).toBe(1.5);
  expect(formatSpeed(3e9, 2)).toBe('1.50 GB/s');
});

test('no time has no speed', () => {
  expect(gigabytesPerSecondOf(1, 0)).toBeUndefined();
  expect(formatSpeed(1, 0)).toBe('-');
});

describe('the time left', () => {
  test.each([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min 00 s'],
    [119, '1 min 59 s'],
    [3599, '59 min 59 s'],
    [3600, '1 h 00 min'],
    [90_061, '25 h 01 min'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  // The estimate is a word while nothing is known: NULL, then INF.
  test.each(['NULL', 'INF', Number.POSITIVE_INFINITY, Number.NaN])('%s is not known', (word) => {
    expect(formatDuration(word as number)).toBe('-');
  });
});

test('one is singular', () => {
  expect([0, 1, 2].map((count) => formatCount(count, 'file'))).toEqual(['0 files', '1 file', '2 files']);
});

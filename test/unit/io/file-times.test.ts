import {
  closeSync,
  fstatSync,
  futimesSync,
  lstatSync,
  openSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { confirmTimes, copyTimes } from '../../../src/io/copy-times.js';
import { isSameTime, secondsNear, wholeMicroseconds } from '../../../src/io/file-times.js';
import type { ExactFileStats } from '../../../src/io/system.js';
import { system } from '../../../src/io/system.js';
import { sharedTemporaryFolder } from '../../support/temporary-folder.js';

const file = path.join(sharedTemporaryFolder(), 'file');
writeFileSync(file, '');
const fd = openSync(file, 'r+');

const real = { ...system };
afterEach(() => {
  Object.assign(system, real);
});

const withTimes = (nanoseconds: bigint) => ({ atimeNs: nanoseconds, mtimeNs: nanoseconds }) as ExactFileStats;

/** What a file has that got the time of one with this. */
function copyOf(nanoseconds: bigint): bigint {
  copyTimes(fd, withTimes(nanoseconds));
  const { atimeNs, mtimeNs } = statSync(file, { bigint: true });
  expect(isSameTime(atimeNs, mtimeNs)).toBe(true);
  return mtimeNs;
}

const at = (date: string, nanoseconds = 0n) => BigInt(Date.parse(date)) * 1_000_000n + nanoseconds;

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

test('a time before 1970 stays in its microsecond, on the first trip and on the second', () => {
  fc.assert(
    // ext4 begins in December 1901.
    fc.property(fc.bigInt(-2_147_000_000_000_000_000n, 0n), (original) => {
      const copy = copyOf(original);
      expect(wholeMicroseconds(copy)).toBe(wholeMicroseconds(original));
      expect(copyOf(copy)).toBe(copy);
    }),
    { numRuns: 5_000, examples: [[0n], [-1n], [-999n], [-1000n], [-1001n], [-1_500_000_001n]] },
  );
});

test.each([
  ['1902-02-03T04:05:06Z', 7_000n],
  ['1938-01-01T00:00:00Z', 999_999_999n],
  ['1965-05-05T05:05:05Z', 123_456_000n],
  ['1969-12-31T23:59:59Z', 999_999_000n],
  ['2038-01-19T03:14:08Z', 1_000n],
  ['2106-02-07T06:28:16Z', 123_456_789n],
  ['2241-12-31T00:00:00Z', 999_999_000n],
])('%s and %i ns: the same microsecond there and back', (date, nanoseconds) => {
  const original = at(date, nanoseconds);
  const copy = copyOf(original);
  expect(wholeMicroseconds(copy)).toBe(wholeMicroseconds(original));
  expect(copyOf(copy)).toBe(copy);
});

test('after 2242, when a double of seconds has steps of two microseconds, a time is as near as can be, and stays there', () => {
  fc.assert(
    fc.property(fc.bigInt(at('2242-04-01T00:00:00Z'), at('2440-01-01T00:00:00Z')), (original) => {
      const copy = copyOf(original);
      const micros = wholeMicroseconds(original) * 1000n;
      expect(copy - micros <= 2000n && micros - copy <= 2000n).toBe(true);
      expect(copyOf(copy)).toBe(copy);
    }),
    { numRuns: 2_000, examples: [[at('2286-11-20T17:46:40Z', 123_456_000n)]] },
  );
});

describe('whatever libuv makes of a double of seconds', () => {
  /** Newer versions keep the nanoseconds of it. */
  function keepNanoseconds(): { mtimeNs: bigint } {
    const kept = { mtimeNs: 0n };
    system.futimesSync = (_fd, _atime, mtime) => {
      const seconds = Number(mtime);
      const whole = Math.floor(seconds);
      kept.mtimeNs = BigInt(whole) * 1_000_000_000n + BigInt(Math.floor((seconds - whole) * 1e9));
    };
    system.fstatSync = (() => kept) as never;
    return kept;
  }

  test('the microsecond is that of the original', () => {
    const kept = keepNanoseconds();
    fc.assert(
      fc.property(fc.bigInt(-2_147_000_000_000_000_000n, 4_000_000_000_000_000_000n), (original) => {
        copyTimes(0, withTimes(original));
        expect(wholeMicroseconds(kept.mtimeNs)).toBe(wholeMicroseconds(original));
      }),
      { numRuns: 2_000 },
    );
  });
});

test('text that stands for no time is never given', () => {
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 20n), 10n ** 20n), (nanoseconds) => {
      for (const seconds of secondsNear(nanoseconds)) expect(Number.isFinite(Number(seconds))).toBe(true);
    }),
    { examples: [[0n], [999n], [-1n]] },
  );
});

describe('a file system that', () => {
  const original = at('1995-05-05T05:05:05Z', 123_456_000n);

  /** Of a file that got the time, and was closed. */
  function refusalsOf(nanoseconds = original): string[] {
    const like = withTimes(nanoseconds);
    return confirmTimes(file, like, copyTimes(fd, like)).map(({ kind, answer }) => `${kind}: ${answer}`);
  }

  test.each(['EPERM', 'ENOSYS', 'EINVAL', 'EIO'])('refuses with %s is noted', (code) => {
    const refuse = () => {
      throw Object.assign(new Error(code), { code });
    };
    Object.assign(system, { futimesSync: refuse, utimesSync: refuse });
    expect(refusalsOf()).toEqual([`times: ${code}`]);
    // Once is not for good.
    system.utimesSync = real.utimesSync;
    expect(refusalsOf()).toEqual([]);
  });

  test.each([1_000_000_000n, 2_000_000_000n, 10_000_000n, 100n])(
    'keeps multiples of %i ns is none to speak of',
    (granule) => {
      const coarse = (real: typeof fstatSync) =>
        ((...args: Parameters<typeof fstatSync>) => {
          const stats = real(...args) as unknown as { mtimeNs: bigint };
          return Object.assign(stats, { mtimeNs: (stats.mtimeNs / granule) * granule });
        }) as never;
      system.fstatSync = coarse(fstatSync);
      system.lstatSync = coarse(lstatSync as never);
      expect(refusalsOf()).toEqual([]);
    },
  );

  test('makes another time of what it cannot hold is noted, with both', () => {
    const least = at('1980-01-01T00:00:00Z');
    system.futimesSync = (target) =>
      futimesSync(target, Number(least / 1_000_000_000n), Number(least / 1_000_000_000n));
    system.utimesSync = (target) =>
      utimesSync(target, Number(least / 1_000_000_000n), Number(least / 1_000_000_000n));
    expect(refusalsOf(at('1965-05-05T05:05:05Z'))).toEqual([
      'times: 1965-05-05T05:05:05.000Z becomes 1980-01-01T00:00:00.000Z',
    ]);
  });

  test('sets the time when a file is closed is overruled', () => {
    const like = withTimes(original);
    const modifiedNs = copyTimes(fd, like);
    utimesSync(file, 2_000_000_000, 2_000_000_000);
    expect(confirmTimes(file, like, modifiedNs)).toEqual([]);
    expect(statSync(file, { bigint: true }).mtimeNs).toBe(modifiedNs);
  });

  test.runIf(process.platform === 'linux')(
    'has 34 bits for seconds, as ext4 has, is noted for what lies beyond',
    () => {
      const shm = '/dev/shm';
      // ext4 of today ends in 2446, and ends quietly. Memory takes any time.
      const before = statSync(shm, { bigint: true });
      expect(before.isDirectory()).toBe(true);
      const target = path.join(shm, `znn-times-${process.pid}`);
      writeFileSync(target, '');
      onTestFinished(() => real.unlinkSync(target));
      const far = openSync(target, 'r+');
      const like = withTimes(at('2900-01-01T00:00:00Z'));
      const modifiedNs = copyTimes(far, like);
      closeSync(far);
      expect(confirmTimes(target, like, modifiedNs)).toEqual([]);
      system.lstatSync = (() => withTimes(at('2446-05-10T22:38:55Z'))) as never;
      system.utimesSync = () => {};
      expect(confirmTimes(target, like, modifiedNs)).toMatchObject([
        { kind: 'times', answer: '2900-01-01T00:00:00.000Z becomes 2446-05-10T22:38:55.000Z' },
      ]);
    },
  );
});

test('a microsecond apart is the same time, more is not', () => {
  expect(isSameTime(5000n, 4000n)).toBe(true);
  expect(isSameTime(4000n, 5001n)).toBe(false);
});

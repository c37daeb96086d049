import { lutimesSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { copyTimes } from '../../../src/io/outputs/copy-times.js';
import { isSameTime, secondsNear, wholeMicroseconds } from '../../../src/io/outputs/file-times.js';
import type { ExactFileStats } from '../../../src/io/system.js';
import { system } from '../../../src/io/system.js';
import { sharedTemporaryFolder } from '../../support/temporary-folder.js';

const file = path.join(sharedTemporaryFolder(), 'file');
writeFileSync(file, '');

const real = { ...system };
afterEach(() => {
  Object.assign(system, real);
});

const withTimes = (nanoseconds: bigint) => ({ atimeNs: nanoseconds, mtimeNs: nanoseconds }) as ExactFileStats;

/** What a file has that got the time of one with this. */
function copyOf(nanoseconds: bigint): bigint {
  expect(copyTimes(file, withTimes(nanoseconds))).toEqual([]);
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
    system.lutimesSync = (_path, _atime, mtime) => {
      const seconds = Number(mtime);
      const whole = Math.floor(seconds);
      kept.mtimeNs = BigInt(whole) * 1_000_000_000n + BigInt(Math.floor((seconds - whole) * 1e9));
    };
    system.lstatSync = (() => kept) as never;
    return kept;
  }

  test('the microsecond is that of the original', () => {
    const kept = keepNanoseconds();
    fc.assert(
      fc.property(fc.bigInt(-2_147_000_000_000_000_000n, 4_000_000_000_000_000_000n), (original) => {
        copyTimes(file, withTimes(original));
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

  const refusalsOf = (nanoseconds = original) =>
    copyTimes(file, withTimes(nanoseconds)).map(({ kind, answer }) => `${kind}: ${answer}`);

  test.each(['EPERM', 'ENOSYS', 'EINVAL', 'EIO'])('refuses with %s is noted', (code) => {
    system.lutimesSync = () => {
      throw Object.assign(new Error(code), { code });
    };
    expect(refusalsOf()).toEqual([`times: ${code}`]);
  });

  test.each([1_000_000_000n, 2_000_000_000n, 10_000_000n, 100n])(
    'keeps multiples of %i ns is none to speak of',
    (granule) => {
      system.lstatSync = ((filePath: string) => {
        const { mtimeNs } = statSync(filePath, { bigint: true });
        return { mtimeNs: (mtimeNs / granule) * granule };
      }) as never;
      expect(refusalsOf()).toEqual([]);
    },
  );

  test.each([
    ['1965-05-05T05:05:05.000Z', '1980-01-01T00:00:00.000Z'],
    ['2900-01-01T00:00:00.000Z', '2446-05-10T22:38:55.000Z'],
    ['1650-01-01T00:00:00.000Z', '1901-12-13T20:45:52.000Z'],
    ['2050-01-01T00:00:00.000Z', '2038-01-19T03:14:07.000Z'],
  ])('makes another time of what it cannot hold is noted, with both: %s, %s', (wanted, kept) => {
    system.lutimesSync = (filePath) =>
      lutimesSync(filePath, Date.parse(kept) / 1000, Date.parse(kept) / 1000);
    system.lstatSync = (() => withTimes(at(kept))) as never;
    expect(refusalsOf(at(wanted))).toEqual([`times: ${wanted} becomes ${kept}`]);
  });

  test('takes the call, and does nothing, is noted', () => {
    utimesSync(file, 2_000_000_000, 2_000_000_000);
    system.lutimesSync = () => {};
    expect(refusalsOf()).toEqual(['times: 1995-05-05T05:05:05.123Z becomes 2033-05-18T03:33:20.000Z']);
  });

  test.runIf(process.platform === 'linux')(
    'ends with ext4, in 2446, or goes on, as memory does: no wrong answer',
    () => {
      for (const folder of ['/dev/shm', path.dirname(file)]) {
        const target = path.join(folder, `znn-times-${process.pid}`);
        writeFileSync(target, '');
        onTestFinished(() => unlinkSync(target));
        const refusals = copyTimes(target, withTimes(at('2900-01-01T00:00:00Z')));
        const isTaken = statSync(target, { bigint: true }).mtimeNs === at('2900-01-01T00:00:00Z');
        expect(refusals.length).toBe(isTaken ? 0 : 1);
      }
    },
  );
});

test('a microsecond apart is the same time, more is not', () => {
  expect(isSameTime(5000n, 4000n)).toBe(true);
  expect(isSameTime(4000n, 5001n)).toBe(false);
});

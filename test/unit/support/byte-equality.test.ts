import { describe, expect, test } from 'vitest';

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('toEqual and toStrictEqual of bytes', () => {
  test.each([
    ['the same', bytes(1, 2, 3)],
    ['none', bytes()],
    ['a part of more', bytes(0, 1, 2, 3).subarray(1)],
  ])('%s are equal', (_, value) => {
    const copy = value.slice();
    expect(copy).toEqual(value);
    expect(copy).toStrictEqual(value);
    expect({ list: [copy] }).toEqual({ list: [value] });
    expect(new Map([['a', copy]])).toEqual(new Map([['a', value]]));
  });

  test.each([
    ['one other byte', bytes(1, 2, 4)],
    ['fewer', bytes(1, 2)],
    ['more', bytes(1, 2, 3, 0)],
    ['none', bytes()],
    ['a buffer of the same', Buffer.from([1, 2, 3])],
    ['other elements of the same values', Uint16Array.from([1, 2, 3])],
    ['an array of the same values', [1, 2, 3]],
  ])('%s: not equal', (_, value) => {
    expect(bytes(1, 2, 3)).not.toEqual(value);
    expect(bytes(1, 2, 3)).not.toStrictEqual(value);
    expect({ list: [bytes(1, 2, 3)] }).not.toEqual({ list: [value] });
    expect({ bytes: bytes(1, 2, 3) }).not.toMatchObject({ bytes: value });
  });

  test('of some megabytes they take no time', () => {
    const large = new Uint8Array(4 << 20);
    const startMs = performance.now();
    expect(large.slice()).toEqual(large);
    expect(performance.now() - startMs).toBeLessThan(5000);
  });
});

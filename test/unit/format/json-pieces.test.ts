import { describe, expect, test } from 'vitest';
import { jsonString, utf8LengthOf, writeUtf8 } from '../../../src/format/json/pieces.js';
import { utf8 } from '../../support/bytes.js';

const written = (pieces: Iterable<string>, bytes: number) => {
  const target = new Uint8Array(bytes);
  return { length: writeUtf8(pieces, target), target };
};

/** Around the sizes at which a string is cut: pairs of surrogates, escapes, one, two and three bytes. */
const TEXTS = [
  '',
  'a',
  '"\\\n\u0001é€',
  ...[16_382, 16_383, 16_384, 16_385, 40_000].flatMap((length) => [
    'a'.repeat(length),
    `${'a'.repeat(length - 1)}😀`,
    `${'a'.repeat(length - 2)}😀"`,
    '😀'.repeat(length),
    '\u0001'.repeat(length),
    '€'.repeat(length),
  ]),
];

describe('a string in pieces', () => {
  test('gives the JSON of the whole, however it is cut', () => {
    for (const text of TEXTS) {
      expect([...jsonString(text)].join('')).toBe(JSON.stringify(text));
      const halves = [text.slice(0, 2), text.slice(2)];
      if (text.codePointAt(1) === text.charCodeAt(1))
        expect([...jsonString(halves)].join('')).toBe(JSON.stringify(text));
    }
  });

  test('is counted and written as TextEncoder would', () => {
    for (const text of TEXTS) {
      const expected = utf8(JSON.stringify(text));
      expect(utf8LengthOf(jsonString(text))).toBe(expected.length);
      expect(written(jsonString(text), expected.length)).toEqual({
        length: expected.length,
        target: expected,
      });
    }
  });

  test('what does not fit is not written in part without a word', () => {
    for (const text of TEXTS) {
      const { length } = utf8(JSON.stringify(text));
      expect(written(jsonString(text), length - 1).length).toBeUndefined();
    }
  });
});

import { describe, expect, test } from 'vitest';
import { cutToColumns } from '../../../src/cli/report/cut-to-columns.js';

describe('a line is cut to columns', () => {
  test.each([
    ['as it is, where it fits', 'model.bin', 9, 'model.bin'],
    ['after a letter', 'model.bin', 4, 'mode'],
    ['to nothing', 'model.bin', 0, ''],
    ['between emoji, each of two columns', '🤗🤗🤗', 5, '🤗🤗'],
    ['between emoji that are newer than some libraries', '\u{1fae0}\u{1fae0}', 3, '\u{1fae0}'],
    ['between emoji that are joined of several', 'a👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 4, 'a👨‍👩‍👧‍👦'],
    ['between flags', '🇨🇭🇨🇭', 3, '🇨🇭'],
    ['between emoji of a colour', '👍🏽👍🏽', 3, '👍🏽'],
    ['between signs that are shown as emoji', '❤️❤️', 3, '❤️'],
    ['between ideographs', '模型文件', 7, '模型文'],
    ['between wide letters', 'ＡＢ', 3, 'Ａ'],
    ['between syllables', '모델', 3, '모'],
    ['after the accents of a letter', 'e\u0301e\u0301e\u0301', 2, 'e\u0301e\u0301'],
    ['between letters of one column', 'модель', 4, 'моде'],
  ])('%s', (_how, text, columns, expected) => {
    expect(cutToColumns(text, columns)).toBe(expected);
  });

  test('and never into half of a character', () => {
    const text = 'a🤗模e\u0301👨‍👩‍👧‍👦🇨🇭'.repeat(5);
    for (let columns = 0; columns < 80; columns++) {
      const cut = cutToColumns(text, columns);
      expect(text.startsWith(cut)).toBe(true);
      expect(cut).not.toMatch(/[\ud800-\udbff]$/);
      expect(cut).not.toMatch(/\u200d$/);
    }
  });
});

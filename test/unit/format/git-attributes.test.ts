import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ATTRIBUTES_MAX_BYTES,
  addTracking,
  removeTracking,
  TRACKED_PATTERNS,
} from '../../../src/format/model/git-attributes.js';
import { utf8 } from '../../support/bytes.js';
import { codeOf } from '../../support/throws.js';

const LINE = '*.znn filter=lfs diff=lfs merge=lfs -text';
const added = (
  text: string | undefined,
  patterns: readonly (typeof TRACKED_PATTERNS)[number][] = ['*.znn'],
) => {
  const bytes = addTracking(text === undefined ? undefined : utf8(text), patterns);
  return bytes && new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
};
const removed = (text: string) => {
  const bytes = removeTracking(utf8(text));
  return bytes && new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
};

describe('the tracking line', () => {
  test('is added under a comment that names znn', () => {
    expect(added('*.bin filter=lfs diff=lfs merge=lfs -text\n')).toMatch(
      new RegExp(`^\\*\\.bin .+\\n# .*znn.*\\n${LINE.replaceAll('*', '\\*')}\\n$`),
    );
  });

  test('is added once', () => {
    const once = added('a\n') ?? '';
    expect(added(once)).toBe(once);
  });

  test.each([
    LINE,
    '*.znn\tfilter=lfs',
    '* filter=lfs -text',
    '*.znn -filter\n*.znn filter=lfs\r',
    '**/*.znn filter=lfs',
  ])('is not added where one stands already: %j', (text) => {
    expect(added(text)).toBe(text);
  });

  test.each(['#*.znn filter=lfs', '*.znn -text', '*.znn filter=lfs\n*.znn -filter', '*.zip filter=lfs'])(
    'is added where none has effect: %j',
    (text) => {
      expect(added(text)).toContain(`\n${LINE}\n`);
    },
  );

  test('of .znn.safetensors is not needed where all of safetensors is tracked', () => {
    const text = '*.safetensors filter=lfs diff=lfs merge=lfs -text\n';
    expect(added(text, ['*.znn.safetensors'])).toBe(text);
    expect(added('', ['*.znn.safetensors'])).toContain('*.znn.safetensors filter=lfs');
  });

  test('makes the file where there is none, and nothing is left of it', () => {
    const made = added(undefined) ?? '';
    expect(made).toContain(LINE);
    expect(removed(made)).toBeUndefined();
    expect(removed(`${made}mine\n`)).toBe('mine\n');
    expect(added(undefined, [])).toBeUndefined();
  });
});

describe('the way back', () => {
  test('gives the very bytes, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.subarray([...TRACKED_PATTERNS]), (bytes, patterns) => {
        const there = addTracking(bytes, patterns) as Uint8Array;
        expect(removeTracking(there)).toEqual(bytes);
      }),
    );
  });

  test.each(['', '\n', 'a', 'a\r\n', 'a\r\nb', '\ufeffa\n', 'a\n\n\n'])('of %j', (text) => {
    expect(removed(added(text, TRACKED_PATTERNS) ?? '')).toBe(text);
  });

  test('leaves what was written below since then, on lines of its own', () => {
    expect(removed(`${added('a')}b\n`)).toBe('a\nb\n');
    expect(removed(`${added('a\n')}b`)).toBe('a\nb');
  });

  test('leaves the lines of others, the same ones too', () => {
    for (const text of [`${LINE}\n`, `# znn\n${LINE}\n`, `${added('')?.replace('merge=lfs', 'merge=x')}`])
      expect(removed(text)).toBe(text);
  });
});

test('a file of unlikely size is refused', () => {
  const bytes = new Uint8Array(ATTRIBUTES_MAX_BYTES + 1);
  expect(codeOf(() => addTracking(bytes, ['*.znn']))).toBe('unsupported');
  expect(codeOf(() => removeTracking(bytes))).toBe('unsupported');
});

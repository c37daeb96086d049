import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOfName, escapedByteOf, nameOfBytes } from '../../../src/io/paths/path-bytes.js';

test('any bytes come back from their name', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(bytesOfName(nameOfBytes(bytes))).toEqual(bytes);
    }),
    { numRuns: 5000 },
  );
});

test('all pairs of bytes, and all triples after a lead, come back', () => {
  for (let one = 0; one < 256; one++)
    for (let other = 0; other < 256; other++) {
      const bytes = Uint8Array.of(one, other, 0x80);
      expect(Buffer.compare(bytesOfName(nameOfBytes(bytes)), bytes)).toBe(0);
    }
});

test('names that are UTF-8 are what Node reads', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      expect(nameOfBytes(Buffer.from(name))).toBe(name);
      expect(Buffer.from(bytesOfName(name)).toString()).toBe(name);
    }),
  );
});

// The escapes are those of os.fsdecode, as Python 3.11 prints them.
test.each([
  [[0x63, 0x61, 0x66, 0xe9], 'caf\udce9'],
  [[0xed, 0xa0, 0x80], '\udced\udca0\udc80'],
  [[0xc0, 0xaf], '\udcc0\udcaf'],
  [[0xf4, 0x90, 0x80, 0x80], '\udcf4\udc90\udc80\udc80'],
  [[0xe3, 0x81], '\udce3\udc81'],
  [[0xef, 0xbb, 0xbf, 0x61], '\ufeffa'],
])('%j is %j, as in Python', (bytes, name) => {
  expect(nameOfBytes(Uint8Array.from(bytes))).toBe(name);
});

test('only lone surrogates of bytes above 127 stand for bytes', () => {
  expect(escapedByteOf('\udce9')).toBe(0xe9);
  for (const character of ['a', '\udc41', '\ud800', '\udd00', '😀', ''])
    expect(escapedByteOf(character)).toBeUndefined();
});

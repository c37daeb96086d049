import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkMsgpackNesting } from '../../../src/format/frame-index/msgpack-nesting.js';
import { concatBytes } from '../../support/bytes.js';
import { codeOf } from '../../support/throws.js';

const leaf = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.constant(null),
  fc.string({ maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }),
);

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

const values = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, tie('array'), tie('map')),
  array: fc.array(tie('value'), { maxLength: 20 }),
  map: fc.dictionary(
    fc.string({ maxLength: 40 }).filter((key) => key !== '__proto__'),
    tie('value'),
    { maxKeys: 20 },
  ),
})).value;

test('accepts what the msgpack library writes, up to the depth and no deeper', () => {
  fc.assert(
    fc.property(values, (value) => {
      const document = encode(value);
      const depth = depthOf(value);
      expect(codeOf(() => checkMsgpackNesting(document, depth))).toBe('nothing');
      if (depth > 0) expect(codeOf(() => checkMsgpackNesting(document, depth - 1))).toBe('corrupt');
    }),
  );
});

test('refuses a document that is cut, or that something follows', () => {
  fc.assert(
    fc.property(values, fc.nat(), (value, at) => {
      const document = encode(value);
      expect(codeOf(() => checkMsgpackNesting(document.slice(0, at % document.length), 9))).toBe('corrupt');
      expect(codeOf(() => checkMsgpackNesting(concatBytes(document, Uint8Array.of(1)), 9))).toBe('corrupt');
    }),
  );
});

test('refuses extension types and the byte that msgpack never uses', () => {
  for (const head of [0xc1, 0xc7, 0xc8, 0xc9, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8]) {
    expect(codeOf(() => checkMsgpackNesting(concatBytes(Uint8Array.of(head), new Uint8Array(30)), 3))).toBe(
      'corrupt',
    );
  }
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergePlanes, splitPlanes } from '../../reference/planes.js';

test('an unrotated 16-bit chunk splits into low and high bytes', () => {
  expect(splitPlanes(Uint8Array.of(1, 2, 3, 4, 5), 2, false)).toEqual([
    Uint8Array.of(1, 3, 5),
    Uint8Array.of(2, 4),
  ]);
});

test('bfloat16: the top plane is the exponent, the sign stands above the mantissa', () => {
  // -1.5 is 0xbfc0: sign 1, exponent 0x7f, mantissa 0x40.
  const chunk = Uint8Array.of(0xc0, 0xbf, 0xc0, 0xbf);
  expect(splitPlanes(chunk, 2, true)).toEqual([Uint8Array.of(0xc0, 0xc0), Uint8Array.of(0x7f, 0x7f)]);
});

test('bfloat16: the last of an odd number of elements stays unrotated', () => {
  const chunk = Uint8Array.of(0xc0, 0xbf, 0xc0, 0xbf, 0xc0, 0xbf);
  expect(splitPlanes(chunk, 2, true)[1]).toEqual(Uint8Array.of(0x7f, 0x7f, 0xbf));
});

test('float32: the top plane is the exponent', () => {
  // -1.5 is 0xbfc00000.
  const planes = splitPlanes(Uint8Array.of(0, 0, 0xc0, 0xbf), 4, true);
  expect(planes.map((plane) => plane[0])).toEqual([0, 0, 0xc0, 0x7f]);
});

test('any chunk comes back from its planes', () => {
  const anyChunk = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(anyChunk, fc.constantFrom(1, 2, 4), fc.boolean(), (chunk, planeCount, rotated) => {
      expect(mergePlanes(splitPlanes(chunk, planeCount, rotated), rotated)).toEqual(chunk);
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergePlanes, splitPlanes } from '../reference/planes.js';
import { xxh64 } from '../reference/xxh64.js';
import { randomSource } from '../support/distributions.js';
import { copyOut, guardedTargets, kernels, memory, placeAtEnd, WORK } from '../support/kernels.js';

const planeBytes = (raw: number, planes: number, index: number) =>
  Math.floor((raw + planes - 1 - index) / planes);

function split(raw: Uint8Array, planeCount: 2 | 4, rotated: boolean): Uint8Array[] {
  const sizes = Array.from({ length: planeCount }, (_, index) => planeBytes(raw.length, planeCount, index));
  const source = placeAtEnd(raw);
  const { addresses, check } = guardedTargets(...sizes);
  const [a = 0, b = 0, c = 0, d = 0] = addresses;
  if (planeCount === 2) kernels.split16(source, raw.length, a, b, Number(rotated));
  else kernels.split32(source, raw.length, a, b, c, d, Number(rotated));
  check();
  return addresses.map((address, index) => copyOut(address, sizes[index] ?? 0));
}

function merge(planes: readonly Uint8Array[], rotated: boolean): Uint8Array {
  const raw = planes.reduce((sum, plane) => sum + plane.length, 0);
  const { addresses: sources } = guardedTargets(...planes.map((plane) => plane.length));
  const joined = new Uint8Array(kernels.memory.buffer);
  sources.forEach((address, index) => {
    joined.set(planes[index] ?? [], address);
  });
  const target = joined.length - raw;
  const [a = 0, b = 0, c = 0, d = 0] = sources;
  if (planes.length === 2) kernels.merge16(target, raw, a, b, Number(rotated));
  else kernels.merge32(target, raw, a, b, c, d, Number(rotated));
  return copyOut(target, raw);
}

/** As `split` of rotated 16-bit elements, with the checksum in the same pass. */
function splitSummed(raw: Uint8Array): { planes: Uint8Array[]; checksum: bigint } {
  const sizes = [planeBytes(raw.length, 2, 0), planeBytes(raw.length, 2, 1)];
  const source = placeAtEnd(raw);
  const { addresses, check } = guardedTargets(...sizes);
  const [a = 0, b = 0] = addresses;
  kernels.checksumBegin(WORK);
  kernels.splitSummed16(source, raw.length, a, b, WORK);
  check();
  const planes = addresses.map((address, index) => copyOut(address, sizes[index] ?? 0));
  return { planes, checksum: finish(raw, source) };
}

function mergeSummed(planes: readonly Uint8Array[]): { raw: Uint8Array; checksum: bigint } {
  const rawBytes = planes.reduce((sum, plane) => sum + plane.length, 0);
  const { addresses, check } = guardedTargets(...planes.map((plane) => plane.length), rawBytes);
  const [a = 0, b = 0, target = 0] = addresses;
  planes.forEach((plane, index) => {
    memory.set(plane, addresses[index]);
  });
  kernels.checksumBegin(WORK);
  kernels.mergeSummed16(target, rawBytes, a, b, WORK);
  check();
  const raw = copyOut(target, rawBytes);
  return { raw, checksum: finish(raw, target) };
}

function finish(raw: Uint8Array, address: number): bigint {
  const tail = address + raw.length - (raw.length % 32);
  return BigInt.asUintN(64, kernels.checksumFinish(WORK, tail, BigInt(raw.length)));
}

const layouts = fc.record({ planeCount: fc.constantFrom(2 as const, 4 as const), rotated: fc.boolean() });

test('split equals its twin, reads nothing past the end, writes nothing outside', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), layouts, (raw, { planeCount, rotated }) => {
      expect(split(raw, planeCount, rotated)).toEqual(splitPlanes(raw, planeCount, rotated));
    }),
  );
});

test('merge equals its twin and undoes split', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), layouts, (raw, { planeCount, rotated }) => {
      const planes = split(raw, planeCount, rotated);
      const merged = merge(planes, rotated);
      expect(merged).toEqual(raw);
      expect(merged).toEqual(mergePlanes(planes, rotated));
    }),
  );
});

test('with the checksum in the same pass, the planes and the elements are the same', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (raw) => {
      const checksum = xxh64(raw);
      const planes = split(raw, 2, true);
      expect(splitSummed(raw)).toEqual({ planes, checksum });
      expect(mergeSummed(planes)).toEqual({ raw, checksum });
    }),
  );
});

test('all 65,536 values of a 16-bit element come back, rotated and not', () => {
  const raw = new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, value) => value).buffer);
  for (const rotated of [false, true]) expect(merge(split(raw, 2, rotated), rotated)).toEqual(raw);
});

test('a bfloat16 exponent fills plane 1 alone', () => {
  const elements = Uint16Array.of(0x3f80, 0xbf80, 0x7f80, 0x8000); // 1, -1, infinity, -0
  const [low, exponent] = split(new Uint8Array(elements.buffer), 2, true);
  expect([...(exponent ?? [])]).toEqual([127, 127, 255, 0]);
  expect([...(low ?? [])]).toEqual([0, 128, 0, 128]);
});

test('a whole chunk of random 32-bit elements comes back', () => {
  const next = randomSource(7);
  const raw = new Uint8Array(Uint32Array.from({ length: 65_536 }, next).buffer);
  expect(merge(split(raw, 4, true), true)).toEqual(raw);
});

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { BAD_CASES, BASELINE, writeOneFile, writeShards } from '../../../scripts/bench/bad-cases.js';
import { SEEDED_DATA_SETS } from '../../../scripts/bench/data-sets.js';
import { checkDigest, digestOf, totalBytesOf } from '../../../scripts/bench/digests.js';
import { repeatModel } from '../../../scripts/bench/real-model.js';
import { lazyTensor, writeSafetensors } from '../../../scripts/fixtures.js';
import { readSafetensorsHeader } from '../../../src/format/safetensors/header.js';
import { memorySource } from '../../support/memory-source.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const MIB = 1 << 20;

/** Tensors of the file, which must be canonical. */
function tensorsOf(file: string) {
  const reading = readSafetensorsHeader(memorySource(readFileSync(file)));
  if (!reading.isCanonical) throw new Error(reading.reason);
  return reading.header.tensors;
}

describe.each(SEEDED_DATA_SETS.map((dataSet) => [dataSet.label, dataSet] as const))(
  '%s',
  (_label, { write }) => {
    test('is a safetensors file of about the size asked for, the same each time', () => {
      const [one, two] = ['one', 'two'].map((name) => path.join(temporaryFolder(), name));
      if (one === undefined || two === undefined) throw new Error('no folder');
      write(one, 2 * MIB);
      write(two, 2 * MIB);
      expect(digestOf(one)).toBe(digestOf(two));
      expect(tensorsOf(one).length).toBeGreaterThan(0);
      expect(Math.abs(totalBytesOf(one) / (2 * MIB) - 1)).toBeLessThan(0.1);
    });
  },
);

test('F32 from F16 holds values that F16 holds, not only those of BF16', () => {
  const file = path.join(temporaryFolder(), 'file');
  SEEDED_DATA_SETS.find(({ id }) => id === 'clean-f32-f16')?.write(file, MIB);
  const [tensor] = tensorsOf(file);
  const bytes = readFileSync(file).subarray(tensor?.fileStart, tensor?.fileEnd);
  const words = new Uint32Array(new Uint8Array(bytes).buffer);
  expect(words.every((word) => (word & 0x1fff) === 0)).toBe(true);
  expect(words.some((word) => (word & 0xe000) !== 0)).toBe(true);
  const values = new Float32Array(words.buffer);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  expect(deviation).toBeCloseTo(0.02, 3);
});

test.each([BASELINE, ...BAD_CASES].map((badCase) => [badCase.label, badCase] as const))(
  '%s: a safetensors file',
  (_label, { write }) => {
    const file = path.join(temporaryFolder(), 'file');
    write(file, 8 * MIB);
    expect(tensorsOf(file).length).toBeGreaterThan(0);
    expect(totalBytesOf(file)).toBeGreaterThan(7 * MIB);
  },
);

test('shards hold what the one file holds', () => {
  const folder = temporaryFolder();
  writeShards(path.join(folder, 'shards'), 4 * MIB);
  writeOneFile(path.join(folder, 'one'), 4 * MIB);
  const names = readdirSync(path.join(folder, 'shards')).filter((name) => name.endsWith('.safetensors'));
  const tensorNames = names.flatMap((name) =>
    tensorsOf(path.join(folder, 'shards', name)).map((t) => t.name),
  );
  expect(names).toHaveLength(100);
  expect(tensorNames.sort()).toEqual(
    tensorsOf(path.join(folder, 'one'))
      .map(({ name }) => name)
      .sort(),
  );
});

describe('a repeated model', () => {
  const maker = (fill: number) => (count: number) => new Uint8Array(count * 2).fill(fill);

  test('has every tensor in every copy, with its bytes', () => {
    const folder = temporaryFolder();
    const [source, target] = [path.join(folder, 'source'), path.join(folder, 'target')];
    writeSafetensors(source, [
      lazyTensor('a', 'BF16', [1000], maker(1)),
      lazyTensor('b', 'F16', [10, 10], maker(2)),
    ]);
    repeatModel(source, target, 3.5 * totalBytesOf(source));
    const bytes = readFileSync(target);
    const tensors = tensorsOf(target);
    expect(tensors.map(({ name, dtype }) => [name, dtype])).toEqual(
      [0, 1, 2].flatMap((copy) => [
        [`copy${copy}.a`, 'BF16'],
        [`copy${copy}.b`, 'F16'],
      ]),
    );
    for (const { name, fileStart, fileEnd } of tensors) {
      const fill = name.endsWith('a') ? 1 : 2;
      expect(bytes.subarray(fileStart, fileEnd).every((byte) => byte === fill)).toBe(true);
    }
  });

  test('that would not fit twice is the model itself', () => {
    const folder = temporaryFolder();
    const [source, target] = [path.join(folder, 'source'), path.join(folder, 'target')];
    writeSafetensors(source, [lazyTensor('a', 'BF16', [1000], maker(1))]);
    repeatModel(source, target, 1.9 * totalBytesOf(source));
    expect(digestOf(target)).toBe(digestOf(source));
  });
});

describe('the check of outputs', () => {
  test('finds a changed byte, a missing end and a missing file', () => {
    const folder = temporaryFolder();
    const at = (name: string) => path.join(folder, name);
    const write = (name: string, content: Uint8Array) => writeFileSync(at(name), content);
    const content = new Uint8Array(MIB + 5).fill(3);
    write('original', content);
    write('same', content);
    write('shorter', content.subarray(0, MIB));
    write('changed', content.with(MIB + 1, 4));
    const digest = digestOf(at('original'));
    expect(() => checkDigest(digest, at('same'))).not.toThrow();
    expect(() => checkDigest(digest, at('shorter'))).toThrow(`${at('shorter')} holds other bytes`);
    expect(() => checkDigest(digest, at('changed'))).toThrow('other bytes');
    for (const name of ['full', 'empty']) mkdirSync(at(name));
    write('full/file', content);
    expect(() => checkDigest(digestOf(at('full')), at('empty'))).toThrow('other bytes');
    expect(totalBytesOf(at('full'))).toBe(content.length);
  });
});

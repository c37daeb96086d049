import { describe, expect, test } from 'vitest';
import { KERNEL_CASES } from '../../../scripts/bench/kernel-cases.js';
import {
  compareWithPrevious,
  kernelRow,
  kernelTable,
  parseKernelReport,
  slowerRows,
} from '../../../scripts/bench/kernel-report.js';
import { compareCalls, measureRounds } from '../../../scripts/bench/kernel-timing.js';
import { instantiateKernels } from '../../../src/codec/kernels.js';
import { compileKernels } from '../../../src/io/kernels-file.js';

const instance = instantiateKernels(compileKernels());

const someCase = {
  name: 'a kernel',
  kernels: ['a'],
  bytes: 131_072,
  callsPerChunk: 2,
  prepare: () => () => 0,
  output: [0, 0] as const,
};

test('every kernel is timed', () => {
  const functions = Object.entries(instance.exports)
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => name)
    // What decodeHuffman calls with the loop that it chooses: exported for tests that compare the loops.
    .filter((name) => name !== 'decodeHuffmanBy');
  const timed = new Set(KERNEL_CASES.flatMap(({ kernels }) => kernels));
  expect(functions.filter((name) => !timed.has(name))).toEqual([]);
  expect([...timed].filter((name) => !functions.includes(name))).toEqual([]);
});

test.each(KERNEL_CASES.map((kernelCase) => [kernelCase.name, kernelCase] as const))(
  '%s: runs, and gives the same output again',
  (_name, { prepare, output: [address, bytes] }) => {
    const call = prepare(instance);
    const first = call();
    const output = instance.bytes.slice(address, address + bytes);
    expect(call()).toBe(first);
    expect(Buffer.compare(instance.bytes.subarray(address, address + bytes), output)).toBe(0);
    // decodeHuffman and encodeTree tell failure so.
    if (typeof first === 'number') expect(first).toBeGreaterThanOrEqual(0);
  },
);

describe('rows', () => {
  test('give GB/s, and microseconds of 256 KiB', () => {
    const row = kernelRow(someCase, { mine: [1e-4, 2e-4, 3e-4], theirs: [1e-4, 1e-4, 1e-4] });
    expect(row.gigabytesPerSecond).toBeCloseTo(0.655, 3);
    expect(row.microsecondsPerChunk).toBeCloseTo(400);
    expect(row.ratio).toBeCloseTo(2);
    expect(kernelTable([row])).toContain('| a kernel | 0.66 | 400.00 | 100.00–300.00 | 2.000 × |');
  });

  test('of one version have no ratio', () => {
    const row = kernelRow(someCase, { mine: [1e-4], theirs: [] });
    expect(row).not.toHaveProperty('ratio');
    expect(kernelTable([row])).not.toContain('new ÷ old');
  });

  test('that are slower than the limit are found', () => {
    const rows = [1, 1.09, 1.11].map((ratio) => ({
      ...kernelRow(someCase, { mine: [1], theirs: [] }),
      ratio,
    }));
    expect(slowerRows(rows, 1.1).map(({ ratio }) => ratio)).toEqual([1.11]);
    expect(slowerRows([kernelRow(someCase, { mine: [1], theirs: [] })], 1.1)).toEqual([]);
  });

  test('are compared with an earlier report by name', () => {
    const rowOf = (name: string, seconds: number) =>
      kernelRow({ ...someCase, name }, { mine: [seconds], theirs: [] });
    const json = JSON.stringify({ kernelReportVersion: 1, rows: [rowOf('a', 1), rowOf('b', 2)] });
    const compared = compareWithPrevious([rowOf('a', 1.5), rowOf('c', 1)], parseKernelReport(json));
    expect(compared.map(({ ratio, note }) => [ratio, note])).toEqual([
      [1.5, undefined],
      [undefined, 'not in the previous report'],
    ]);
    expect(() => parseKernelReport('{}')).toThrow('not a kernel report');
  });
});

describe('timing', () => {
  const work = (count: number) => () => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += Math.sqrt(i);
    return sum;
  };

  test('has a sample of each version for each round', () => {
    const rounds = measureRounds(work(1000), work(1000), 3);
    expect([rounds.mine.length, rounds.theirs.length]).toEqual([3, 3]);
    expect(Math.min(...rounds.mine, ...rounds.theirs)).toBeGreaterThan(0);
    expect(measureRounds(work(1000), undefined, 2).theirs).toEqual([]);
  });

  test('looks again before it calls something slower', () => {
    // Four times the work: not even a busy machine hides that.
    expect(compareCalls(work(40_000), work(10_000), 2, 1.1).mine).toHaveLength(6);
    expect(compareCalls(work(10_000), work(40_000), 2, 1.1).mine).toHaveLength(2);
  });
});

import { describe, expect, test } from 'vitest';
import {
  DTYPE_CHOICES,
  type RawFlags,
  readOptions,
  THREADS_MAX,
  UsageError,
} from '../../../src/cli/arguments/options.js';

const read = (flags: RawFlags = {}, paths = ['model.safetensors'], cpuCount = 6) =>
  readOptions(paths, flags, cpuCount);

test('without flags: nothing is removed or replaced, all processors work, the file decides the encoding', () => {
  expect(read()).toEqual({
    paths: ['model.safetensors'],
    threads: 6,
    force: false,
    update: false,
    checksum: false,
    removeSources: false,
    verbosity: 'normal',
    json: false,
    dryRun: false,
    encoding: 'auto',
    frameIndex: true,
    fsync: false,
    sha256: false,
    ...{ format: 'znn', variant: false, allDtypes: false },
  });
});

test('every flag arrives', () => {
  const flags = {
    ...{ output: 'out', threads: '3', force: true, rm: true, verbose: true, json: true, dryRun: true },
    ...{ include: ['*.bin'], exclude: ['a', 'b'], dtype: 'bf16', frameIndex: false, fsync: true },
    ...{ omit: ['c'], update: true, checksum: true },
  };
  expect(read(flags)).toEqual({
    paths: ['model.safetensors'],
    ...{ outputPath: 'out', threads: 3, force: true, removeSources: true, verbosity: 'verbose', json: true },
    ...{ dryRun: true, include: ['*.bin'], exclude: ['a', 'b'], encoding: 'bf16', frameIndex: false },
    ...{ omit: ['c'], update: true, checksum: true },
    ...{ fsync: true, sha256: false, format: 'znn', variant: false, allDtypes: false },
  });
});

describe('threads', () => {
  test.each([
    ['0', 6],
    ['1', 1],
    [String(THREADS_MAX), THREADS_MAX],
  ])('%s of 6 processors is %d', (threads, expected) => {
    expect(read({ threads }).threads).toBe(expected);
  });

  test('0 is at least one thread, and never more than the limit', () => {
    expect(read({ threads: '0' }, ['x'], 0).threads).toBe(1);
    expect(read({ threads: '0' }, ['x'], 10_000).threads).toBe(THREADS_MAX);
  });

  test.each(['', ' ', '-1', '1.5', '1e1', '0x2', 'two', 'Infinity', String(THREADS_MAX + 1), '9'.repeat(30)])(
    "'%s' is refused",
    (threads) => {
      expect(() => read({ threads })).toThrow(UsageError);
      expect(() => read({ threads })).toThrow(`--threads: '${threads}' is not a whole number from 0 to 256`);
    },
  );
});

describe('dtype', () => {
  test.each(DTYPE_CHOICES)('%s, in any case', (dtype) => {
    expect(read({ dtype }).encoding).toBe(dtype);
    expect(read({ dtype: dtype.toUpperCase() }).encoding).toBe(dtype);
  });

  test.each(['', 'f64', 'constructor', 'bf16 '])("'%s' is refused", (dtype) => {
    expect(() => read({ dtype })).toThrow(
      `--dtype: '${dtype}' is not one of auto, bytes, bf16, f16, f32, i32`,
    );
  });
});

describe('what makes no sense', () => {
  test.each([
    ['an empty path', {}, ['a', ''], 'path: is empty'],
    ['an empty output', { output: '' }, ['a'], '--output: the path is empty'],
    ['an empty pattern', { include: ['*.bin', ''] }, ['a'], '--include: the pattern is empty'],
    ['a hash without the index that holds it', { sha256: true, frameIndex: false }, ['a'], '--sha256'],
  ])('%s', (_what, flags, paths, message) => {
    expect(() => read(flags, paths)).toThrow(UsageError);
    expect(() => read(flags, paths)).toThrow(message);
  });
});

import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startAhead } from '../../../src/cli/start-ahead.js';
import { startWorkersAhead } from '../../../src/pool/spare-workers.js';
import { sharedTemporaryFolder } from '../../support/temporary-folder.js';

vi.mock('../../../src/pool/spare-workers.js', () => ({ addFlag: vi.fn(), startWorkersAhead: vi.fn() }));

const LARGE_BYTES = 32 << 20;
const root = sharedTemporaryFolder();
const fileOf = (name: string, bytes: number) => {
  const file = path.join(root, name);
  writeFileSync(file, '');
  truncateSync(file, bytes);
  return file;
};
const large = fileOf('large', LARGE_BYTES);
const small = fileOf('small', LARGE_BYTES - 1);
const folder = path.join(root, 'folder');
mkdirSync(folder);
for (const name of ['folder/a', 'folder/b']) fileOf(name, LARGE_BYTES / 2);

afterEach(() => vi.mocked(startWorkersAhead).mockClear());

const starts = async (...words: string[]) => {
  await startAhead(words);
  return vi.mocked(startWorkersAhead).mock.calls.length > 0;
};

describe('workers are started ahead', () => {
  test.each(['compress', 'c', 'decompress', 'd', 'verify'])('for %s of a large file', async (verb) => {
    expect(await starts(verb, '-q', large)).toBe(true);
  });

  test('for several files that are large together, and for a folder of them', async () => {
    expect(await starts('c', small, small)).toBe(true);
    expect(await starts('c', folder)).toBe(true);
  });
});

test('threads that cannot start are left to the run itself', async () => {
  vi.mocked(startWorkersAhead).mockImplementationOnce(() => {
    throw new Error('no more threads');
  });
  expect(await starts('c', large)).toBe(true);
});

describe('none are', () => {
  test('for small files, no files, and names of none', async () => {
    expect(await starts('c', small)).toBe(false);
    expect(await starts('c')).toBe(false);
    expect(await starts()).toBe(false);
    expect(await starts('c', path.join(root, 'missing'), `${small}\0`)).toBe(false);
  });

  test('for a verb that needs none', async () => {
    expect(await starts('info', large)).toBe(false);
    expect(await starts('check', large)).toBe(false);
  });

  test.each(['-T1', '-T', '-qT1', '--threads=1', '--dry-run', '--help', '-h'])('with %s', async (flag) => {
    expect(await starts('c', flag, large)).toBe(false);
  });
});

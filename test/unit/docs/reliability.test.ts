// docs/reliability.md names a test for each fault, and the limits as the program has them.

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, HIGHEST_LIMITS, type Limits } from '../../../src/format/limits.js';

const page = readFileSync('docs/reliability.md', 'utf8');
/** A file, then the names of tests in it: `test/x.test.ts` "name", "name". */
const CITATION = /`((?:test|scripts)\/[\w./-]+)`((?:,? ?"[^"]+")*)/g;
const citations = [...page.matchAll(CITATION)].map(([, file = '', names = '']) => ({
  file,
  names: [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
}));

test('every file and every test that it names exists', () => {
  expect(citations.flatMap(({ names }) => names).length).toBeGreaterThan(80);
  const missing = citations.flatMap(({ file, names }) => {
    if (!existsSync(file)) return [file];
    // A folder, cited as a whole.
    if (names.length === 0) return [];
    const text = readFileSync(file, 'utf8');
    return names.filter((name) => !text.includes(name)).map((name) => `${file}: ${name}`);
  });
  expect(missing).toEqual([]);
});

test('every row of its fault tables names a test', () => {
  const tables = page.slice(page.indexOf('## Faults'), page.indexOf('## Limits'));
  const rows = tables
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (fault|fact) \|/.test(line));
  expect(rows.length).toBeGreaterThan(45);
  const empty = rows.filter((row) => ![...row.matchAll(CITATION)].some(([, , names]) => names !== ''));
  expect(empty).toEqual([]);
});

describe('limits', () => {
  const names: Readonly<Record<string, keyof Limits>> = {
    'raw-bytes': 'rawBytes',
    expansion: 'expansion',
    frames: 'frames',
    'header-bytes': 'headerBytes',
    tensors: 'tensors',
    'index-bytes': 'indexBytes',
  };
  const numberOf = (cell = '') =>
    cell.startsWith('2^53') ? Number.MAX_SAFE_INTEGER : Number(cell.replace(/ \(.*/, '').replaceAll(',', ''));

  test.each(Object.entries(names))('%s: default and highest', (title, name) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${title}\` |`));
    const [, , standard, highest] = (row ?? '').split('|').map((cell) => cell.trim());
    expect([numberOf(standard), numberOf(highest)]).toEqual([DEFAULT_LIMITS[name], HIGHEST_LIMITS[name]]);
  });
});

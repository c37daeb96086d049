import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { filterFinder } from '../../../src/format/model/git-attributes.js';
import { patternMatcher } from '../../../src/format/model/git-patterns.js';
import { utf8 } from '../../support/bytes.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const PATHS = [
  ...[
    'a.bin',
    'a.bin.znn',
    'a.safetensors',
    'a.znn.safetensors',
    'unet/a.bin',
    'unet/deep/a.bin',
    'unet/b.bin',
  ],
  ...[
    'deep/unet/a.bin',
    'model-1.bin',
    'model-12.bin',
    'model[1].bin',
    'a b.bin',
    '.bin',
    'bin',
    'A.BIN',
    'é.bin',
  ],
];
const PATTERNS = [
  ...['*', '*.bin', '*.znn', 'a.*', '?.bin', '.bin', '*bin*', '**', '**.bin', 'a*n', '*.*.*', 'x'],
  ...['/a.bin', '/*.bin', 'unet/*.bin', '/unet/*.bin', 'unet/**', 'unet/**/*.bin', '**/a.bin', '**/unet/**'],
  ...['**/unet/*.bin', 'unet/deep/a.bin', 'unet/', 'unet', 'unet/*', '*/a.bin', '*/*/a.bin', 'deep/**/a.bin'],
  ...[
    'model-[0-9].bin',
    'model-[!0-9]*',
    'model-[^2]*.bin',
    'model\\[1\\].bin',
    'model[[]1].bin',
    '[a-c].bin',
  ],
  ...[
    '\\a.bin',
    '"a b.bin"',
    'é.bin',
    '?.bin',
    '[]a].bin',
    'model-1[0-9]*.bin',
    '*-*-*',
    '**/deep/*',
    'a**b/x',
  ],
];

const hasGit = (() => {
  try {
    execFileSync('git', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

/** What Git says of the paths. */
function gitFilters(text: string): Record<string, string> {
  const cwd = temporaryFolder();
  const git = (...args: string[]) => execFileSync('git', args, { cwd, encoding: 'utf8' });
  git('init', '-q');
  writeFileSync(path.join(cwd, '.gitattributes'), text);
  const fields = git('-c', 'core.ignorecase=false', 'check-attr', '-z', 'filter', '--', ...PATHS).split('\0');
  return Object.fromEntries(PATHS.map((each, i) => [each, fields[3 * i + 2] ?? '']));
}

/** The same by ours, in Git's words. */
function ourFilters(text: string): Record<string, string> {
  const filterOf = filterFinder(utf8(text));
  const inWords = (filter: string | undefined) =>
    filter === undefined || filter === '!filter' ? 'unspecified' : filter === '-filter' ? 'unset' : filter;
  return Object.fromEntries(PATHS.map((each) => [each, inWords(filterOf(each)).replace(/^filter$/, 'set')]));
}

describe.runIf(hasGit)('as Git has it', () => {
  test.each(PATTERNS)('%s', (pattern) => {
    const text = `${pattern} filter=lfs\n`;
    expect(ourFilters(text)).toEqual(gitFilters(text));
  });

  test.each([
    '*.bin filter=lfs\n*.bin -filter\n',
    '*.bin filter=lfs\n# *.bin -filter\na.* !filter\r\n',
    '*.bin filter\n/a.bin filter=other\n',
    '[attr]big filter=lfs diff=lfs merge=lfs -text\n*.bin big\nunet/* -filter\n',
    '  *.bin   text filter=lfs  -text\n*.znn\tfilter=lfs\n"*.safetensors" filter=lfs\n',
    `*.bin filter=lfs\n*.bin ${'x'.repeat(3000)} -filter\n`,
    '',
  ])('%j', (text) => {
    expect(ourFilters(text)).toEqual(gitFilters(text));
  });
});

test('a pattern that was made to take long does not', () => {
  const start = performance.now();
  expect(patternMatcher(`${'*a'.repeat(500)}b`)('a'.repeat(5000))).toBe(false);
  expect(patternMatcher(`${'**/a/'.repeat(200)}b`)('a/'.repeat(1000))).toBe(false);
  expect(patternMatcher('['.repeat(2000))('a'.repeat(5000))).toBe(false);
  expect(performance.now() - start).toBeLessThan(5000);
});

// The golden files through the command, as a user would have it.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';
import { jsonLines, runZnn, type ZnnRun } from '../support/znn-process.js';
import { REFUSED_GOLDENS, type RefusedGolden, VALID_GOLDENS } from './golden-files.js';

const pathsOf = (goldens: readonly { readonly filePath: string }[]) =>
  goldens.map(({ filePath }) => filePath);
const codesOf = (goldens: readonly RefusedGolden[]) => goldens.map(({ title, code }) => [title, code]);

/** For each golden file the error code that the command reported. */
function reportedCodes(run: ZnnRun, goldens: readonly RefusedGolden[]): unknown[] {
  const reports = new Map(jsonLines(run).map((line) => [line.source, line.error]));
  return goldens.map(({ title, filePath }) => [
    title,
    (reports.get(filePath) as { code?: string } | undefined)?.code,
  ]);
}

describe('decompress', () => {
  test.each(['files', 'crafted'])('restores every valid file of %s', async (folderName) => {
    const folder = temporaryFolder();
    const goldens = VALID_GOLDENS.filter(({ title }) => title.startsWith(`${folderName}/`));
    const run = await runZnn(['decompress', '-o', `${folder}/`, ...pathsOf(goldens)], { cwd: folder });
    expect(run.exitCode, run.stderr).toBe(0);
    const restored = goldens.map(({ filePath, title }) => {
      const raw = readFileSync(path.join(folder, path.basename(filePath, '.znn')));
      return [title, raw.length, createHash('sha256').update(raw).digest('hex')];
    });
    expect(restored).toEqual(
      goldens.map(({ title, originalBytes, originalSha256 }) => [title, originalBytes, originalSha256]),
    );
  });

  test('refuses every broken file with its code, writes nothing, and ends with 3', async () => {
    const folder = temporaryFolder();
    const args = ['decompress', '--json', '-o', `${folder}/`, ...pathsOf(REFUSED_GOLDENS)];
    const run = await runZnn(args, { cwd: folder });
    expect(reportedCodes(run, REFUSED_GOLDENS)).toEqual(codesOf(REFUSED_GOLDENS));
    expect(readdirSync(folder)).toEqual([]);
    expect(run.exitCode).toBe(3);
  });
});

describe('verify', () => {
  test('accepts every valid file, of which none has checksums', async () => {
    const run = await runZnn(['verify', '--json', ...pathsOf(VALID_GOLDENS)], { cwd: temporaryFolder() });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(jsonLines(run).at(-1)).toMatchObject({ checked: { content: 0, structure: VALID_GOLDENS.length } });
  });

  test('refuses every broken file with its code', async () => {
    const run = await runZnn(['verify', '--json', ...pathsOf(REFUSED_GOLDENS)], { cwd: temporaryFolder() });
    expect(reportedCodes(run, REFUSED_GOLDENS)).toEqual(codesOf(REFUSED_GOLDENS));
    expect(run.exitCode).toBe(3);
  });
});

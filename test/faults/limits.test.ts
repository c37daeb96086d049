// What a file may make a run take: documented in docs/reliability.md, adjustable, and compared before anything is taken.

import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkFile } from '../../src/check/check-file.js';
import { repair } from '../../src/check/repair/repair.js';
import { readLimits } from '../../src/cli/arguments/limit-options.js';
import { DEFAULT_LIMITS } from '../../src/format/limits.js';
import { planCompression } from '../../src/layout/encode/encode-plan.js';
import { geometricBytes } from '../support/distributions.js';
import { fileTree } from '../support/file-tree.js';
import { sparseSource } from '../support/memory-source.js';
import { safetensorsFile } from '../support/model-folder.js';
import { expectContract } from '../support/run-contract.js';
import { plainRunner } from '../support/run-verb.js';
import { filesIn } from '../support/same-files.js';
import { STOCK_CONTAINER, withMetadata } from '../support/stock-container.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { faultOf } from '../support/throws.js';
import { linesOf, runZnn } from '../support/znn-process.js';

const limit = (value: string) => ['--limit', value];

/** 64 MiB of zeros, compressed to 5 KB or so. */
async function folderWithBomb(): Promise<string> {
  const cwd = temporaryFolder();
  writeFileSync(path.join(cwd, 'a.bin'), '');
  truncateSync(path.join(cwd, 'a.bin'), 64 << 20);
  expect((await runZnn(['compress', '--rm', 'a.bin'], { cwd })).exitCode).toBe(0);
  return cwd;
}

describe('a file that restores to more than is allowed is refused before anything is written', () => {
  test.each([
    ['raw-bytes=67108863', '67108864 restored bytes, allowed are 67108863'],
    ['expansion=1000', /^\d+ restored bytes for each byte, allowed are 1000$/],
    ['frames=15', '16 frames, allowed are 15'],
  ])('--limit %s', async (value, reason) => {
    const cwd = await folderWithBomb();
    for (const verb of ['decompress', 'verify']) {
      const run = await runZnn([verb, ...limit(value), 'a.bin.znn'], { cwd });
      expect(run.exitCode).toBe(1);
      const [line = '', ...more] = linesOf(run.stderr);
      expect(more).toEqual([]);
      expect(line.replace('znn: a.bin.znn: limit: ', '')).toMatch(reason);
    }
    expect(filesIn(cwd)).toEqual(['a.bin.znn']);
    const enough = ['raw-bytes=67108864', 'expansion=16384', 'frames=16'].flatMap(limit);
    expect((await runZnn(['decompress', ...enough, 'a.bin.znn'], { cwd })).exitCode).toBe(0);
  });
});

describe('a header beyond its limits makes plain bytes, with a note, and comes back exactly', () => {
  test.each([
    ['header-bytes=10', /header bytes \d+ exceeds 10\)/],
    ['tensors=0', /more than 0 tensors\)/],
  ])('--limit %s', async (value, reason) => {
    const cwd = fileTree({ 'a.safetensors': safetensorsFile(1, 900) });
    const run = await runZnn(['compress', '--rm', ...limit(value), 'a.safetensors'], { cwd });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toMatch(reason);
    expect((await runZnn(['decompress', '--rm', 'a.safetensors.znn'], { cwd })).exitCode).toBe(0);
  });
});

test('an index beyond its limit is refused, and with --rm nothing goes', async () => {
  const index = '{"weight_map":{"t":"a.safetensors"}}';
  const cwd = fileTree({
    'm/a.safetensors': geometricBytes(1, 99, 9, 2),
    'm/model.safetensors.index.json': index,
  });
  const run = await runZnn(['compress', '--rm', ...limit('index-bytes=20'), 'm'], { cwd });
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain(
    'm/model.safetensors.index.json: limit: 36 bytes of model index, allowed are 20',
  );
  expect(filesIn(cwd)).toContain('m/a.safetensors');
});

describe('check and info refuse what is beyond a limit', () => {
  const BROKEN = withMetadata(STOCK_CONTAINER, () => undefined);
  const BEYOND: [string, string][] = [
    ['header-bytes=10', 'safetensors header: header bytes 517 exceeds 10'],
    ['tensors=7', 'safetensors header: more than 7 tensors'],
  ];

  test.each(BEYOND)('check --repair --limit %s: nothing is written', async (value, reason) => {
    const cwd = fileTree({ 'a.znn.safetensors': BROKEN });
    await expectContract(['check', '--repair', ...limit(value), 'a.znn.safetensors', '-o', 'b'], cwd, {
      exitCode: 1,
      lines: [`znn: a.znn.safetensors: limit: ${reason}`],
    });
  });

  test.each(BEYOND)('the file changed after it was checked, --limit %s', async (value, reason) => {
    const folder = fileTree({ 'a.znn.safetensors': BROKEN });
    const checked = checkFile(path.join(folder, 'a.znn.safetensors'), plainRunner, {});
    const task = { checked: { ...checked, relativePath: '' }, targetPath: path.join(folder, 'b') };
    const repaired = repair(task, { limits: readLimits([value]) });
    await expect(repaired).rejects.toMatchObject({ code: 'unsupported', message: `limit: ${reason}` });
    expect(filesIn(folder)).toEqual(['a.znn.safetensors']);
  });

  test('info --limit frames', async () => {
    const cwd = await folderWithBomb();
    await expectContract(['info', ...limit('frames=15'), 'a.bin.znn'], cwd, {
      exitCode: 1,
      lines: ['znn: a.bin.znn: limit: 16 frames, allowed are 15'],
    });
  });
});

describe('a source that would give more frames than are ever read back', () => {
  test.each([
    [2 ** 42 + 1, 'frames'],
    [2 ** 53 - 1, 'restored bytes'],
  ])('%d bytes: refused before its frames are listed', (sizeBytes, what) => {
    const source = sparseSource(sizeBytes, []);
    const fault = faultOf(() => planCompression(source, { encoding: 'bytes', isNamedSafetensors: false }));
    expect(fault).toMatch(`unsupported: limit: `);
    expect(fault).toContain(`${what}, allowed are `);
  });

  test('the largest that is not: 4 TiB', () => {
    const source = sparseSource(2 ** 42, []);
    const plan = planCompression(source, { encoding: 'bytes', isNamedSafetensors: false });
    expect(plan.frames).toHaveLength(DEFAULT_LIMITS.frames);
  });
});

test.each([
  'raw-bytes',
  'raw-bytes=',
  'raw-bytes=-1',
  'raw-bytes=1e9',
  '__proto__=1',
  'frames=1048577',
  '=1',
])('--limit %s is a usage error', async (value) => {
  const run = await runZnn(['verify', ...limit(value), 'a.znn'], { cwd: temporaryFolder() });
  expect(run.exitCode).toBe(2);
  expect(linesOf(run.stderr)).toEqual([expect.stringMatching(/^znn: --limit: /)]);
});

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { filesIn } from '../support/same-files.js';
import { folderWithModel, SHARDS } from '../support/small-model.js';
import { jsonLines, runZnn } from '../support/znn-process.js';

const FIGURES = {
  originalBytes: expect.any(Number),
  compressedBytes: expect.any(Number),
  ratioPercent: expect.any(Number),
  seconds: expect.any(Number),
  gigabytesPerSecond: expect.any(Number),
};

test('compress: an object for each file, then the summary, which adds them up', async () => {
  const cwd = folderWithModel();
  const run = await runZnn(['c', 'model', '-o', 'small', '--json'], { cwd });
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  const lines = jsonLines(run);
  const files = lines.filter(({ type }) => type === 'file');
  expect(files.map(({ source }) => source).sort()).toEqual(
    filesIn(path.join(cwd, 'model')).map((name) => `model/${name}`),
  );
  const weights = files.filter(({ action }) => action === 'compress');
  expect(weights).toHaveLength(SHARDS.length);
  for (const weight of weights) {
    expect(weight).toEqual({
      ...{ type: 'file', verb: 'compress', action: 'compress', status: 'done', notes: [] },
      ...{ source: expect.stringMatching(/^model\//), target: expect.stringMatching(/^small\/.*\.znn$/) },
      ...FIGURES,
    });
  }
  const sum = (field: string) => weights.reduce((total, weight) => total + (weight[field] as number), 0);
  expect(lines.at(-1)).toEqual({
    ...{ type: 'summary', verb: 'compress', exitCode: 0, notes: [] },
    files: { done: 4, copied: 4, rewritten: 1, upToDate: 0, skipped: 0, failed: 0 },
    checked: { content: 0, structure: 0 },
    ...FIGURES,
    originalBytes: sum('originalBytes'),
    compressedBytes: sum('compressedBytes'),
  });
});

test('a failed file has its error in the object, and its line on stderr as well', async () => {
  const cwd = folderWithModel();
  await runZnn(['c', 'model', '-o', 'small', '-q'], { cwd });
  const damaged = path.join(cwd, 'small', `${SHARDS[0]}.znn`);
  const bytes = readFileSync(damaged);
  bytes[5000] = (bytes[5000] ?? 0) ^ 16;
  writeFileSync(damaged, bytes);
  const run = await runZnn(['verify', 'small', '--json'], { cwd });
  expect(run.exitCode).toBe(3);
  expect(run.stderr).toMatch(/^znn: small\/model-00001-of-00003\.safetensors\.znn: .+\n$/);
  const failed = jsonLines(run).find(({ status }) => status === 'failed');
  expect(failed).toMatchObject({
    source: `small/${SHARDS[0]}.znn`,
    error: { code: 'corrupt', message: expect.any(String), frame: expect.any(Number) },
  });
  expect(jsonLines(run).at(-1)).toMatchObject({
    exitCode: 3,
    files: { done: 3, failed: 1 },
    checked: { content: 3, structure: 0 },
  });
});

test('a dry run: an object for each file, with its frames', async () => {
  const cwd = folderWithModel();
  const lines = jsonLines(await runZnn(['c', 'model', '-o', 'small', '--json', '--dry-run'], { cwd }));
  expect(lines).toHaveLength(10);
  expect(lines[0]).toMatchObject({
    ...{ type: 'plan', verb: 'compress', action: 'compress', source: `model/${SHARDS[0]}` },
    frames: expect.arrayContaining([{ rawOffset: 0, rawBytes: expect.any(Number), encoding: 'bytes' }]),
  });
  expect(lines.at(-1)).toEqual({
    ...{ type: 'summary', verb: 'compress', exitCode: 0, notes: [] },
    files: { planned: 9, failed: 0 },
  });
});

test('a dry run: what cannot be used has its error, and the notes are in the summary', async () => {
  const cwd = folderWithModel();
  const run = await runZnn(['c', 'model', 'none', '--json', '--dry-run'], { cwd });
  expect(run.exitCode).toBe(1);
  const lines = jsonLines(run);
  expect(lines.at(-2)).toMatchObject({
    ...{ type: 'plan', action: 'refuse', source: 'none', error: { code: 'io', file: 'none' } },
  });
  expect(lines.at(-1)).toMatchObject({
    ...{ type: 'summary', exitCode: 1, files: { planned: SHARDS.length, failed: 1 } },
    notes: [expect.stringContaining('stays as it is; with --rm or -o it names .znn files')],
  });
});

test('members that do not apply are absent', async () => {
  const cwd = folderWithModel();
  await runZnn(['c', 'model', '-o', 'small', '-q'], { cwd });
  writeFileSync(path.join(cwd, 'small', `${SHARDS[0]}.znn`), 'in the way');
  const lines = jsonLines(await runZnn(['c', 'model', '-o', 'small', '--json'], { cwd }));
  const failed = lines.find(({ status }) => status === 'failed');
  expect(failed).not.toHaveProperty('originalBytes');
  const upToDate = lines.find(({ action, status }) => action === 'compress' && status === 'up-to-date');
  expect(upToDate).toMatchObject({ originalBytes: expect.any(Number), ratioPercent: expect.any(Number) });
  for (const line of lines) expect(line).not.toHaveProperty('gigabytesPerSecond');
});

test('info: an object for each file with frames, dtypes and tensors', async () => {
  const cwd = folderWithModel();
  await runZnn(['c', 'model', '-o', 'small', '-q', '--sha256'], { cwd });
  const run = await runZnn(
    ['info', `small/${SHARDS[1]}.znn`, `model/${SHARDS[1]}`, 'model/config.json', '--json'],
    { cwd },
  );
  const [compressed, plain, other, summary] = jsonLines(run);
  expect(compressed).toMatchObject({
    ...{ type: 'info', kind: 'znn', hasChecksums: true, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ...{ source: `small/${SHARDS[1]}.znn`, ratioPercent: expect.any(Number) },
    dtypes: expect.arrayContaining([expect.objectContaining({ dtype: 'F8_E4M3', tensorCount: 1 })]),
    tensors: expect.arrayContaining([
      expect.objectContaining({ name: 'model.layers.1.norm.weight', dtype: 'F32' }),
    ]),
  });
  expect(plain).toMatchObject({ kind: 'safetensors', frames: [] });
  expect(other).toMatchObject({ kind: 'other', tensors: [] });
  expect(summary).toEqual({
    type: 'summary',
    verb: 'info',
    exitCode: 0,
    notes: [],
    files: { done: 3, failed: 0 },
  });
});

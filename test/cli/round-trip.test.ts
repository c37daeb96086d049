import { cpSync, existsSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectSameFiles, filesIn } from '../support/same-files.js';
import { folderWithModel, SHARDS } from '../support/small-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { linesOf, runZnn } from '../support/znn-process.js';

describe('a folder into another and back', () => {
  test('every byte returns, and a second run does nothing', async () => {
    const cwd = folderWithModel();
    const first = await runZnn(['compress', 'model', '-o', 'small'], { cwd });
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(linesOf(first.stdout)).toHaveLength(filesIn(path.join(cwd, 'model')).length + 1);
    expect(linesOf(first.stdout)[0]).toMatch(
      /^compressed model\/model-00001-of-00003\.safetensors -> small\/model-00001-of-00003\.safetensors\.znn: [\d.]+ kB -> [\d.]+ kB \([\d.]+ %\), [\d.]+ s, [\d.]+ GB\/s$/,
    );
    expect(linesOf(first.stdout).at(-1)).toMatch(
      /^compressed 4 files, copied 4, rewrote 1: .+ -> .+ \([\d.]+ %\), /,
    );

    const second = await runZnn(['compress', 'model', '-o', 'small'], { cwd });
    expect(second).toMatchObject({ exitCode: 0, stderr: '' });
    for (const line of linesOf(second.stdout).slice(0, -1)) expect(line).toMatch(/^up to date small\//);

    expect(await runZnn(['d', 'small', '-o', 'back'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
    expectSameFiles(path.join(cwd, 'back'), path.join(cwd, 'model'));
  });
});

test('a folder in place with --rm and back', async () => {
  const cwd = folderWithModel();
  cpSync(path.join(cwd, 'model'), path.join(cwd, 'original'), { recursive: true, preserveTimestamps: true });
  const there = await runZnn(['c', '--rm', 'model'], { cwd });
  expect(there).toMatchObject({ exitCode: 0, stderr: '' });
  expect(there.stdout).toContain(', source removed');
  for (const shard of SHARDS) expect(existsSync(path.join(cwd, 'model', shard))).toBe(false);
  expect(readFileSync(path.join(cwd, 'model', 'model.safetensors.index.json'), 'utf8')).toContain(
    'model-00001-of-00003.safetensors.znn',
  );
  expect(await runZnn(['d', '--rm', 'model'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  expectSameFiles(path.join(cwd, 'model'), path.join(cwd, 'original'));
  for (const shard of SHARDS) {
    expect(statSync(path.join(cwd, 'model', shard)).mtimeMs).toBeCloseTo(
      statSync(path.join(cwd, 'original', shard)).mtimeMs,
      0,
    );
  }
});

test('a folder that was compressed in place goes out with -o all the same, and comes back', async () => {
  const cwd = folderWithModel();
  await runZnn(['c', 'model', '-q'], { cwd });
  const run = await runZnn(['c', 'model', '-o', 'small'], { cwd });
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(run.stdout).toContain(`skipped model/${SHARDS[0]}.znn: made anew of the original beside it`);
  expect(await runZnn(['d', 'small', '-o', 'back', '-q'], { cwd })).toMatchObject({ exitCode: 0 });
  for (const shard of SHARDS) unlinkSync(path.join(cwd, 'model', `${shard}.znn`));
  expectSameFiles(path.join(cwd, 'back'), path.join(cwd, 'model'));
});

test('with --rm what was up to date says that its source is gone', async () => {
  const cwd = folderWithModel();
  await runZnn(['c', 'model', '-q'], { cwd });
  const run = await runZnn(['c', 'model', '--rm'], { cwd });
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  for (const shard of SHARDS) expect(run.stdout).toContain(`up to date model/${shard}.znn, source removed`);
  expect(linesOf(run.stdout).at(-1)).toMatch(/^compressed 0 files, rewrote 1, 4 up to date: /);
});

describe('one file', () => {
  const oneFile = () => {
    const cwd = temporaryFolder();
    writeFileSync(path.join(cwd, 'weights.dat'), Buffer.alloc(100_000, 'weights '));
    return cwd;
  };

  test('beside its source, whatever its name, and back under the same name', async () => {
    const cwd = oneFile();
    expect(await runZnn(['compress', 'weights.dat'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
    renameSync(path.join(cwd, 'weights.dat'), path.join(cwd, 'original'));
    expect(await runZnn(['decompress', 'weights.dat.znn'], { cwd })).toMatchObject({ exitCode: 0 });
    const [restored, original] = ['weights.dat', 'original'].map((name) =>
      readFileSync(path.join(cwd, name)),
    );
    expect(restored).toEqual(original);
  });

  test('to a named file and back', async () => {
    const cwd = oneFile();
    expect(await runZnn(['c', 'weights.dat', '-o', 'a.znn', '--sha256', '-T2'], { cwd })).toMatchObject({
      exitCode: 0,
    });
    expect(await runZnn(['d', 'a.znn', '--output', 'b.bin'], { cwd })).toMatchObject({ exitCode: 0 });
    expect(readFileSync(path.join(cwd, 'b.bin'))).toEqual(readFileSync(path.join(cwd, 'weights.dat')));
  });

  test('an output that is not the source’s own is refused without --force', async () => {
    const cwd = oneFile();
    writeFileSync(path.join(cwd, 'weights.dat.znn'), 'something else');
    const refused = await runZnn(['c', 'weights.dat'], { cwd });
    expect(refused.exitCode).toBe(1);
    expect(linesOf(refused.stderr)).toEqual([
      expect.stringMatching(/^znn: weights\.dat\.znn: already exists .*--force replaces it$/),
    ]);
    expect(readFileSync(path.join(cwd, 'weights.dat.znn'), 'utf8')).toBe('something else');
    expect(await runZnn(['c', 'weights.dat', '-f'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await runZnn(['verify', 'weights.dat.znn'], { cwd })).toMatchObject({ exitCode: 0 });
  });

  test('without the frame index: only the structure can be verified, and it says so', async () => {
    const cwd = oneFile();
    await runZnn(['c', 'weights.dat', '--no-frame-index'], { cwd });
    const run = await runZnn(['verify', 'weights.dat.znn'], { cwd });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toContain('structure only: no checksums');
    expect(linesOf(run.stdout).at(-1)).toContain('1 by structure only, for want of checksums');
  });

  test('a forced dtype is not up to date with another one', async () => {
    const cwd = oneFile();
    await runZnn(['c', 'weights.dat', '--dtype', 'bytes'], { cwd });
    const same = await runZnn(['c', 'weights.dat', '--dtype', 'bytes'], { cwd });
    expect(linesOf(same.stdout)[0]).toBe('up to date weights.dat.znn');
    const other = await runZnn(['c', 'weights.dat', '--dtype', 'bf16'], { cwd });
    expect(other).toMatchObject({ exitCode: 1 });
    expect(other.stderr).toContain('is not what this source and these options give');
    expect(await runZnn(['c', 'weights.dat'], { cwd })).toMatchObject({ exitCode: 0 });
  });

  test('already compressed: skipped, and said so', async () => {
    const cwd = oneFile();
    await runZnn(['c', 'weights.dat'], { cwd });
    const run = await runZnn(['c', 'weights.dat.znn'], { cwd });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(linesOf(run.stdout)[0]).toBe('skipped weights.dat.znn: already compressed');
  });

  test('already compressed in a folder: said so, and not that nothing was found', async () => {
    const cwd = folderWithModel();
    await runZnn(['c', 'model', '--rm', '-q'], { cwd });
    const again = await runZnn(['c', 'model', '--rm'], { cwd });
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    for (const shard of SHARDS)
      expect(again.stdout).toContain(`skipped model/${shard}.znn: already compressed`);
    const copied = await runZnn(['c', 'model', '-o', 'small'], { cwd });
    expect(copied).toMatchObject({ exitCode: 0, stderr: '' });
    expect(copied.stdout).toContain(`model/${SHARDS[0]}.znn -> small/${SHARDS[0]}.znn: already compressed`);
  });
});

describe('a dry run', () => {
  test('names each file and changes nothing', async () => {
    const cwd = folderWithModel();
    const before = filesIn(cwd);
    const run = await runZnn(['compress', 'model', '-o', 'small', '--dry-run'], { cwd });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    for (const shard of SHARDS)
      expect(run.stdout).toContain(`would compress model/${shard} -> small/${shard}.znn`);
    expect(run.stdout).toContain('would rewrite-index model/model.safetensors.index.json');
    expect(filesIn(cwd)).toEqual(before);
  });

  test('with -v names the frames, both ways', async () => {
    const cwd = folderWithModel();
    const there = await runZnn(['c', 'model', '-o', 'small', '--dry-run', '-v'], { cwd });
    expect(linesOf(there.stdout)).toContainEqual(expect.stringMatching(/^ {2}0 \+ \d+ bytes$/));
    await runZnn(['c', 'model', '-o', 'small', '-q'], { cwd });
    const back = await runZnn(['d', 'small', '-o', 'back', '--dry-run', '-v'], { cwd });
    expect(linesOf(back.stdout)).toContainEqual(expect.stringMatching(/^ {2}\d+ \+ \d+ bfloat16$/));
    expect(existsSync(path.join(cwd, 'back'))).toBe(false);
  });
});

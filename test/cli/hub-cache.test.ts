import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { TestCache } from '../support/hub-cache.js';
import { expectSameFiles, filesIn } from '../support/same-files.js';
import { folderWithModel, SHARDS } from '../support/small-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { jsonLines, linesOf, runZnn } from '../support/znn-process.js';

const COMMIT = '1'.repeat(40);
const contentsIn = (folder: string) =>
  Object.fromEntries(filesIn(folder).map((name) => [name, readFileSync(path.join(folder, name))]));

/** A cache with the folder as the revision `main`, and the environment that names it. */
function cacheOf(folder: string) {
  const cache = new TestCache();
  const snapshotPath = cache.add('main', COMMIT, contentsIn(folder));
  return { cache, snapshotPath, env: { HF_HUB_CACHE: cache.cachePath } };
}

describe('compress --model', () => {
  test('reads the cache, writes elsewhere, stores what the blobs are called', async () => {
    const [cwd, out] = [folderWithModel(), temporaryFolder()];
    const { cache, env } = cacheOf(path.join(cwd, 'model'));
    const before = contentsIn(cache.cachePath);
    const there = await runZnn(['c', '--model', 'org/name', '-o', 'small'], { cwd, env });
    expect(there).toMatchObject({ exitCode: 0, stderr: `znn: note: org/name: revision ${COMMIT}\n` });
    expect(contentsIn(cache.cachePath)).toEqual(before);
    const info = await runZnn(['info', `small/${SHARDS[0]}.znn`, '--json'], { cwd });
    expect(readdirSync(cache.blobPath(''))).toContain(jsonLines(info)[0]?.sha256);
    expect(await runZnn(['d', path.join(cwd, 'small'), '-o', 'back'], { cwd: out })).toMatchObject({
      exitCode: 0,
    });
    expectSameFiles(path.join(out, 'back'), path.join(cwd, 'model'));
  });

  test('a blob that is not what it is called is corrupt', async () => {
    const cwd = folderWithModel();
    const { snapshotPath, env } = cacheOf(path.join(cwd, 'model'));
    const shard = path.join(snapshotPath, SHARDS[0]);
    const bytes = readFileSync(shard);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(shard, bytes);
    const run = await runZnn(['c', '--model', 'org/name', '-o', 'small'], { cwd, env });
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toContain('its name says otherwise');
    expect(filesIn(path.join(cwd, 'small'))).not.toContain(`${SHARDS[0]}.znn`);
  });

  test.each([
    [['c', '--model', 'org/name'], 2, '--model: the cache is only read; name a folder'],
    [
      ['c', '--model', 'org/name', 'model', '-o', 'x'],
      2,
      "--model: takes the place of paths, and 'model' is one",
    ],
    [['c', '--model', 'org/name', '--rm', '-o', 'x'], 2, '--rm: the cache of a --model is only read'],
    [['c', 'model', '--revision', 'v1'], 2, '--revision: is of a --model'],
    [['c', '--model', '../x', '-o', 'x'], 2, "--model: '../x' is not a model's name"],
    [['c', '--model', 'org/other', '-o', 'x'], 1, 'Hub cache: org/other is not in it'],
    [
      ['c', '--model', 'org/name', '--revision', 'v9', '-o', 'x'],
      1,
      `no revision 'v9' of this model; it has main, ${COMMIT}`,
    ],
    [['cache', 'restore'], 2, "required option '--model <org/name>' not specified"],
    [['cache', 'restore', '--model', 'org/name', '--revision', 'v9'], 1, "no revision 'v9'"],
    [['cache', 'restore', 'model', '--model', 'org/name'], 2, 'too many arguments'],
  ])('%j: exit code %d and one line', async (args, exitCode, message) => {
    const cwd = folderWithModel();
    const run = await runZnn(args, { cwd, env: cacheOf(path.join(cwd, 'model')).env });
    expect(run).toMatchObject({ exitCode, stdout: '' });
    expect(linesOf(run.stderr)).toEqual([expect.stringContaining(message)]);
    expect(readdirSync(cwd)).toEqual(['model']);
  });
});

describe('cache restore', () => {
  async function cacheOfCompressed() {
    const cwd = folderWithModel();
    await runZnn(['c', 'model', '-o', 'small'], { cwd });
    return { cwd, ...cacheOf(path.join(cwd, 'small')) };
  }

  test('a dry run shows it and changes nothing; the run does it', async () => {
    const { cwd, cache, snapshotPath, env } = await cacheOfCompressed();
    const before = contentsIn(cache.cachePath);
    const dry = await runZnn(['cache', 'restore', '--model', 'org/name', '--dry-run'], { cwd, env });
    expect(dry).toMatchObject({ exitCode: 0, stderr: '' });
    for (const shard of SHARDS)
      expect(dry.stdout).toContain(
        `would decompress ${snapshotPath}/${shard}.znn -> ${snapshotPath}/${shard} (`,
      );
    expect(dry.stdout).toContain(`would rewrite-index ${snapshotPath}/model.safetensors.index.json`);
    expect(contentsIn(cache.cachePath)).toEqual(before);

    const run = await runZnn(['cache', 'restore', '--model', 'org/name'], { cwd, env });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expectSameFiles(snapshotPath, path.join(cwd, 'model'));
    const again = await runZnn(['cache', 'restore', '--model', 'org/name', '--json'], { cwd, env });
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(jsonLines(again).at(-1)).toMatchObject({ exitCode: 0, files: { done: 0, failed: 0 } });
  });

  test('a damaged .znn: exit code 3, the index still names what is there', async () => {
    const { cwd, snapshotPath, env } = await cacheOfCompressed();
    writeFileSync(path.join(snapshotPath, `${SHARDS[1]}.znn`), 'ZN');
    const run = await runZnn(['cache', 'restore', '--model', 'org/name'], { cwd, env });
    expect(run.exitCode).toBe(3);
    const index = readFileSync(path.join(snapshotPath, 'model.safetensors.index.json'), 'utf8');
    const { weight_map } = JSON.parse(index) as { weight_map: Record<string, string> };
    for (const name of new Set(Object.values(weight_map))) expect(filesIn(snapshotPath)).toContain(name);
  });

  test('too little space: nothing is started', async () => {
    const { cwd, snapshotPath, env } = await cacheOfCompressed();
    const run = await runZnn(['cache', 'restore', '--model', 'org/name'], { cwd, env, freeBytes: 1000 });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('free space');
    expect(filesIn(snapshotPath)).toContain(`${SHARDS[0]}.znn`);
  });
});

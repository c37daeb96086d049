import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { isTemporaryName } from '../../../src/io/temporary/temporary-files.js';
import type { FileResult } from '../../../src/run/types.js';
import { modelFolder, snapshotOf } from '../../support/model-folder.js';
import { run } from '../../support/run-verb.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const failuresOf = (results: readonly FileResult[]) => results.filter(({ status }) => status === 'failed');
const distinctStatuses = (results: readonly FileResult[]) => [
  ...new Set(results.map(({ status }) => status)),
];
const diff = (one: string, other: string) => execFileSync('diff', ['-r', one, other], { encoding: 'utf8' });

describe('out and back with -o', () => {
  test('everything is as it was: bytes, modes, times, empty folders', async () => {
    const root = modelFolder();
    const [small, back] = [path.join(temporaryFolder(), 'small'), path.join(temporaryFolder(), 'back')];
    expect(failuresOf(await run('compress', root, { outputPath: small }))).toEqual([]);
    expect(failuresOf(await run('decompress', small, { outputPath: back }))).toEqual([]);
    expect(diff(root, back)).toBe('');
    expect(snapshotOf(back)).toEqual(snapshotOf(root));
  });

  test('the folder in between is complete, and its index names what is there', async () => {
    const root = modelFolder();
    const small = path.join(temporaryFolder(), 'small');
    await run('compress', root, { outputPath: small });
    const names = Object.keys(snapshotOf(small));
    expect(names).toContain('model-00001-of-00002.safetensors.znn');
    expect(names).toContain('logs/');
    expect(names.filter((name) => /\.(safetensors|bin|gguf)$/.test(name))).toEqual([]);
    const index = readFileSync(path.join(small, 'model.safetensors.index.json'), 'utf8');
    const original = readFileSync(path.join(root, 'model.safetensors.index.json'), 'utf8');
    expect(index).toBe(original.replaceAll('.safetensors"', '.safetensors.znn"'));
  });

  test('a second run does nothing, either way', async () => {
    const root = modelFolder();
    const [small, back] = [path.join(temporaryFolder(), 'small'), path.join(temporaryFolder(), 'back')];
    await run('compress', root, { outputPath: small });
    await run('decompress', small, { outputPath: back });
    const before = [snapshotOf(small), snapshotOf(back)];
    expect(distinctStatuses(await run('compress', root, { outputPath: small }))).toEqual(['up-to-date']);
    expect(distinctStatuses(await run('decompress', small, { outputPath: back }))).toEqual(['up-to-date']);
    expect([snapshotOf(small), snapshotOf(back)]).toEqual(before);
  });
});

describe('out and back in place', () => {
  test('with --rm', async () => {
    const root = modelFolder();
    const before = snapshotOf(root);
    const out = await run('compress', root, { removeSources: true });
    expect(failuresOf(out)).toEqual([]);
    expect(out.filter(({ removedSource }) => removedSource)).toHaveLength(6);
    expect(Object.keys(snapshotOf(root)).filter((name) => /\.(safetensors|bin|gguf)$/.test(name))).toEqual(
      [],
    );

    const again = await run('compress', root, { removeSources: true });
    expect(distinctStatuses(again)).toEqual(['skipped', 'up-to-date']);

    const back = await run('decompress', root, { removeSources: true });
    expect(failuresOf(back)).toEqual([]);
    expect(withoutRewriteTimes(snapshotOf(root))).toEqual(withoutRewriteTimes(before));
    expect(distinctStatuses(await run('decompress', root, { removeSources: true }))).toEqual(['up-to-date']);
  });

  test('without --rm files are only added, and the indexes stay', async () => {
    const root = modelFolder();
    rmSync(path.join(root, '.gitattributes'));
    const before = snapshotOf(root);
    expect(failuresOf(await run('compress', root))).toEqual([]);
    const after = snapshotOf(root);
    expect(Object.fromEntries(Object.entries(after).filter(([name]) => !name.endsWith('.znn')))).toEqual(
      before,
    );
    expect(distinctStatuses(await run('compress', root))).toEqual(['up-to-date']);
    expect(distinctStatuses(await run('decompress', root))).toEqual(['up-to-date']);
    expect(snapshotOf(root)).toEqual(after);
  });

  test('with --rm after a run without it: the outputs are compared, not made again', async () => {
    const root = modelFolder();
    await run('compress', root);
    const inode = statSync(path.join(root, 'odd.bin.znn')).ino;
    const results = await run('compress', root, { removeSources: true });
    expect(distinctStatuses(results)).toEqual(['up-to-date', 'done']);
    expect(existsSync(path.join(root, 'odd.bin'))).toBe(false);
    expect(statSync(path.join(root, 'odd.bin.znn')).ino).toBe(inode);
  });

  function withoutRewriteTimes(snapshot: ReturnType<typeof snapshotOf>): unknown {
    return Object.entries(snapshot).map(([name, entry]) =>
      /index\.json$|\.gitattributes$/.test(name) ? [name, entry.content, entry.mode] : [name, entry],
    );
  }
});

test.each([{ frameIndex: false }, { sha256: true }, { fsync: true }, { encoding: 'f32' }] as const)(
  'one file, %o',
  async (settings) => {
    const root = modelFolder();
    const names = ['empty.bin', 'odd.bin', 'model-00001-of-00002.safetensors'];
    const out = temporaryFolder();
    const paths = names.map((name) => path.join(root, name));
    expect(failuresOf(await run('compress', paths, { outputPath: out, ...settings }))).toEqual([]);
    const back = temporaryFolder();
    const compressed = names.map((name) => path.join(out, `${name}.znn`));
    const verified = await run('verify', compressed);
    expect(verified.map(({ checked }) => checked)).toEqual(
      names.map(() => (settings.frameIndex === false ? 'structure' : 'content')),
    );
    expect(failuresOf(await run('decompress', compressed, { outputPath: back }))).toEqual([]);
    for (const name of names) {
      expect(readFileSync(path.join(back, name))).toEqual(readFileSync(path.join(root, name)));
    }
    expect([...readdirSync(out), ...readdirSync(back)].filter(isTemporaryName)).toEqual([]);
  },
);

test('a named file needs no special name, and goes back under another', async () => {
  const root = modelFolder();
  await run('compress', path.join(root, 'config.json'));
  const outputPath = path.join(root, 'other');
  await run('decompress', path.join(root, 'config.json.znn'), { outputPath });
  expect(readFileSync(outputPath)).toEqual(readFileSync(path.join(root, 'config.json')));
});

// A clone without `git lfs pull`: small texts in the place of weights. Compressed and pushed they would be lost as pointers, and
// with --rm there would be nothing to look at.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { TestCache } from '../support/hub-cache.js';
import { safetensorsFile } from '../support/model-folder.js';
import { entriesIn } from '../support/run-contract.js';
import { run, statusesOf } from '../support/run-verb.js';
import { jsonLines, linesOf, runZnn } from '../support/znn-process.js';

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'7'.repeat(64)}\nsize 4976698672\n`;
const TEXT = 'Git LFS pointer: run `git lfs pull`, which gets the 4976698672 bytes that it stands for';
const ANNEX = `/annex/objects/SHA256E-s99--${'a'.repeat(64)}.gguf\n`;

/** Runs a command that must refuse, and change nothing. */
async function refusal(args: readonly string[], cwd: string) {
  const before = entriesIn(cwd);
  const ended = await runZnn(args, { cwd });
  expect(ended.exitCode, ended.stderr + ended.stdout).toBe(1);
  expect(entriesIn(cwd)).toEqual(before);
  return { errors: linesOf(ended.stderr).filter((line) => !line.startsWith('znn: note: ')), ...ended };
}

describe('a pointer in the place of', () => {
  test.each([
    ['weights', 'm.safetensors', ['compress', '--rm']],
    ['weights of another format', 'pytorch_model.bin', ['compress']],
    ['weights to become .znn.safetensors', 'm.safetensors', ['compress', '--format', 'safetensors']],
    ['weights, in a dry run', 'm.gguf', ['compress', '--dry-run']],
    ['weights, verified', 'm.safetensors', ['verify']],
    ['weights, to be restored under another name', 'm.bin', ['decompress', '-o', 'x']],
    ['weights, asked what they are', 'm.safetensors', ['info']],
    ['a compressed file', 'm.safetensors.znn', ['decompress', '--rm']],
    ['a compressed safetensors file', 'm.znn.safetensors', ['decompress']],
    ['a compressed file, in a dry run', 'm.safetensors.znn', ['decompress', '--dry-run']],
    ['a compressed file, verified', 'm.safetensors.znn', ['verify']],
    ['a compressed file, asked what it is', 'm.safetensors.znn', ['info']],
    ['a compressed file, compressed again', 'm.safetensors.znn', ['compress']],
  ])('%s is refused, and nothing goes', async (_, name, args) => {
    const { errors } = await refusal([...args, name], fileTree({ [name]: POINTER }));
    expect(errors).toEqual([`znn: ${name}: ${TEXT}`]);
  });

  test('an index or .gitattributes is refused, and --rm removes nothing', async () => {
    const good = { 'm/a.safetensors': safetensorsFile(1, 4000) };
    for (const name of ['m/model.safetensors.index.json', 'm/.gitattributes']) {
      const root = fileTree({ ...good, [name]: POINTER });
      const results = await run('compress', path.join(root, 'm'), { removeSources: true });
      expect(statusesOf(results)).toContain(`failed ${path.basename(name)} (unsupported: ${TEXT})`);
      expect(entriesIn(root)['m/a.safetensors']).toBeDefined();
    }
  });

  test('a base is refused, there and back', async () => {
    const root = fileTree({
      'a.safetensors': safetensorsFile(1, 4000),
      'base.safetensors': safetensorsFile(1, 4000),
    });
    const file = path.join(root, 'a.safetensors');
    const basePath = path.join(root, 'base.safetensors');
    expect(statusesOf(await run('compress', file, { basePath }))).toEqual(['done a.safetensors']);
    writeFileSync(basePath, POINTER);
    const compressAgain = run('compress', file, { basePath, force: true });
    expect(statusesOf(await compressAgain)).toEqual([`failed a.safetensors (unsupported: ${TEXT})`]);
    const { errors } = await refusal(
      ['decompress', '--base', 'base.safetensors', 'a.safetensors.znn', '-f'],
      root,
    );
    expect(errors).toEqual([`znn: base.safetensors: ${TEXT}`]);
  });
});

describe('a folder', () => {
  const files = {
    'm/a.safetensors': safetensorsFile(1, 4000),
    'm/b.safetensors': POINTER,
    'm/unet/c.gguf': ANNEX,
    'm/tokenizer.json': POINTER,
  };

  test('with pointers among its weights keeps all its sources with --rm, and names each', async () => {
    const root = fileTree(files);
    const ended = await runZnn(['compress', '--rm', 'm'], { cwd: root });
    expect(ended.exitCode).toBe(1);
    expect(linesOf(ended.stderr)).toEqual([
      `znn: m/b.safetensors: ${TEXT}`,
      'znn: m/unet/c.gguf: git-annex pointer: run `git annex get`, which gets the 99 bytes that it stands for',
    ]);
    expect(Object.keys(entriesIn(root))).toEqual(expect.arrayContaining(Object.keys(files)));
  });

  test('a pointer that is merely copied is copied, with a note', async () => {
    const root = fileTree({ ...files, 'm/b.safetensors': 'x', 'm/unet/c.gguf': 'y' });
    const ended = await runZnn(['compress', 'm', '-o', 's', '--json'], { cwd: root });
    expect(ended.exitCode).toBe(0);
    const copied = jsonLines(ended).find(({ source }) => source === 'm/tokenizer.json');
    expect(copied).toMatchObject({ action: 'copy', status: 'done', notes: [`copied as it is: ${TEXT}`] });
    expect(entriesIn(root)['s/tokenizer.json']).toBe(entriesIn(root)['m/tokenizer.json']);
  });

  test('check calls each pointer so, the index too, and finds no damage', async () => {
    const index = { 'm/model.safetensors.index.json': POINTER, 'm/d.safetensors.znn': POINTER };
    const { stdout } = await refusal(['check', 'm'], fileTree({ ...files, ...index }));
    expect(stdout).toContain('m/b.safetensors: a pointer to a file that is elsewhere');
    expect(linesOf(stdout).filter((line) => line === `  defect: ${TEXT}`)).toHaveLength(3);
    expect(stdout).toContain('git-annex pointer');
    expect(stdout).not.toContain('damaged');
    const json = jsonLines(await refusal(['check', 'm', '--json'], fileTree({ ...files, ...index })));
    const codes = json.flatMap(({ findings }) =>
      (Array.isArray(findings) ? findings : []).map(({ code }) => code),
    );
    expect(codes).toEqual(['pointer', 'pointer', 'pointer', 'pointer']);
  });

  test('of pointers only holds no weights', async () => {
    const { stdout } = await refusal(['check', 'm'], fileTree({ 'm/b.safetensors': POINTER }));
    expect(linesOf(stdout)[0]).toBe('m: no weights (1 as a pointer only)');
  });
});

test.each([true, false])('cache restore refuses a .znn that is a pointer (links: %s)', async (hasLinks) => {
  const cache = new TestCache({ hasLinks });
  cache.add('main', '1'.repeat(40), {
    'm.safetensors.znn': POINTER,
    'model.safetensors.index.json': POINTER,
  });
  const before = entriesIn(cache.cachePath);
  const env = { HF_HUB_CACHE: cache.cachePath };
  for (const option of ['--rm', '--dry-run']) {
    const ended = await runZnn(['cache', 'restore', '--model', 'org/name', option], { cwd: '.', env });
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toContain(`m.safetensors.znn: ${TEXT}`);
    expect(entriesIn(cache.cachePath)).toEqual(before);
  }
});

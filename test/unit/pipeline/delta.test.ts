// Files compressed against a base, there and back.

import { linkSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FIELD } from '../../../src/format/frame/header.js';
import { describeFile } from '../../../src/info/describe.js';
import { decodeZnn } from '../../reference/frame-decode.js';
import { MIXED_TENSORS, safetensorsOf, type TensorRecipe } from '../../support/container.js';
import { randomSource } from '../../support/distributions.js';
import { fileTree } from '../../support/file-tree.js';
import { snapshotOf } from '../../support/model-folder.js';
import { plainRunner, run, statusesOf } from '../../support/run-verb.js';

const large: TensorRecipe = {
  name: 'large',
  dtype: 'BF16',
  elementBytes: 2,
  shape: [2_600_001],
  content: 'weights',
};
const base = safetensorsOf([...MIXED_TENSORS, large]);

/** A few low bits of some bytes behind the first `keptBytes` flipped, as training does. */
function tuned(file: Uint8Array, keptBytes: number): Uint8Array {
  const next = randomSource(3);
  return file.map((byte, i) => (i < keptBytes || next() % 8 !== 0 ? byte : byte ^ (next() & 3)));
}

const headerBytes = 8 + Number(Buffer.from(base).readBigUInt64LE(0));
const fineTuned = tuned(base, headerBytes);
/** The same tensors at other places, one of another shape, one more. */
const rearranged = safetensorsOf([
  large,
  { name: 'new', dtype: 'F32', elementBytes: 4, shape: [2000], content: 'weights' },
  ...MIXED_TENSORS.map((recipe) => (recipe.name === 'f32' ? { ...recipe, shape: [1230] } : recipe)),
]);

function folderWith(file: Uint8Array): string {
  return fileTree({ 'x.safetensors': file, 'base/base.safetensors': base });
}

const basePathIn = (folder: string) => path.join(folder, 'base/base.safetensors');

async function packed(file: Uint8Array): Promise<string> {
  const folder = folderWith(file);
  const results = await run('compress', path.join(folder, 'x.safetensors'), { basePath: basePathIn(folder) });
  expect(statusesOf(results)).toEqual(['done x.safetensors']);
  return folder;
}

const znn = (folder: string) => path.join(folder, 'x.safetensors.znn');

describe('a file of the layout of its base', () => {
  test("is a delta file as ZipNN's: the XOR of both, marked in the first frame", async () => {
    const folder = await packed(fineTuned);
    const compressed = readFileSync(znn(folder));
    expect(compressed[FIELD.delta]).toBe(2);
    const xor = decodeZnn(withoutDelta(compressed));
    expect(xor.length).toBe(base.length);
    expect(xor.every((byte, i) => byte === ((fineTuned[i] ?? 0) ^ (base[i] ?? 0)))).toBe(true);
    const plain = folderWith(fineTuned);
    await run('compress', path.join(plain, 'x.safetensors'));
    expect(compressed.length).toBeLessThan(readFileSync(znn(plain)).length / 2);
  });

  test('needs the base to come back, and no other does', async () => {
    const folder = await packed(fineTuned);
    const basePath = basePathIn(folder);
    renameSync(path.join(folder, 'x.safetensors'), path.join(folder, 'original'));
    const decompress = async (options: { basePath?: string }) =>
      (await run('decompress', znn(folder), options))[0];
    expect((await decompress({}))?.error?.message).toContain('needs the base "base.safetensors"');
    const wrong = path.join(folder, 'wrong');
    writeFileSync(wrong, base.with(base.length - 3, (base.at(-3) ?? 0) ^ 1));
    expect((await decompress({ basePath: wrong }))?.error?.message).toContain('its SHA-256 is');
    writeFileSync(wrong, base.subarray(1));
    expect((await decompress({ basePath: wrong }))?.error).toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining(`has ${base.length - 1} bytes`),
    });
    expect(readdirSync(folder).sort()).toEqual(['base', 'original', 'wrong', 'x.safetensors.znn']);
    expect((await decompress({ basePath }))?.status).toBe('done');
    expect(readFileSync(path.join(folder, 'x.safetensors')).equals(fineTuned)).toBe(true);
  });

  test('is verified and described without the base', async () => {
    const folder = await packed(fineTuned);
    const [verified] = await run('verify', znn(folder));
    expect(verified).toMatchObject({ status: 'done', checked: 'content' });
    const [withBase] = await run('verify', znn(folder), { basePath: basePathIn(folder) });
    expect(withBase).toMatchObject({ status: 'done', checked: 'content' });
    const info = describeFile(znn(folder), plainRunner);
    expect(info.base).toMatchObject({ name: 'base.safetensors', baseBytes: base.length });
  });

  test('goes in place with --rm and comes back; running again is up to date', async () => {
    const folder = folderWith(fineTuned);
    const file = path.join(folder, 'x.safetensors');
    const options = { basePath: basePathIn(folder), removeSources: true };
    expect((await run('compress', file, options))[0]).toMatchObject({ status: 'done', removedSource: true });
    expect((await run('decompress', znn(folder), options))[0]).toMatchObject({ removedSource: true });
    expect(readFileSync(file).equals(fineTuned)).toBe(true);
    await run('compress', file, { basePath: options.basePath });
    expect((await run('compress', file, { basePath: options.basePath }))[0]?.status).toBe('up-to-date');
    // Without the base it would be another file.
    expect((await run('compress', file))[0]?.status).toBe('failed');
  });
});

function withoutDelta(compressed: Uint8Array): Uint8Array {
  const copy = compressed.slice();
  const view = new DataView(copy.buffer);
  for (
    let offset = 0;
    offset < copy.length;
    offset += Number(view.getBigUint64(offset + FIELD.encodedBytes, true))
  ) {
    copy[offset + FIELD.delta] = 0;
  }
  return copy;
}

describe('a file of another layout', () => {
  test('is made against the tensors that both have, and comes back', async () => {
    const folder = await packed(rearranged);
    expect(readFileSync(znn(folder))[FIELD.delta]).toBe(16);
    const { frames } = describeFile(znn(folder), plainRunner);
    expect(frames.length).toBeGreaterThan(3);
    const back = path.join(folder, 'back');
    await run('decompress', znn(folder), { basePath: basePathIn(folder), outputPath: back });
    expect(readFileSync(back).equals(rearranged)).toBe(true);
  });

  test('that has nothing in common is compressed without the base, and that is said', async () => {
    const folder = fileTree({ 'x.bin': 'other', 'base/base.safetensors': base });
    const [result] = await run('compress', path.join(folder, 'x.bin'), { basePath: basePathIn(folder) });
    expect(result?.notes.join()).toContain('compressed without it');
    await run('decompress', path.join(folder, 'x.bin.znn'), { outputPath: path.join(folder, 'back') });
    expect(readFileSync(path.join(folder, 'back'), 'utf8')).toBe('other');
  });
});

describe('the stock package', () => {
  const goldens = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../golden/files');

  test('wrote delta files that say nothing of the base but its size', async () => {
    const folder = fileTree({});
    const file = path.join(goldens, 'delta-file.znn');
    const wrong = path.join(folder, 'wrong');
    writeFileSync(wrong, 'short');
    const [refused] = await run('decompress', file, {
      basePath: wrong,
      outputPath: path.join(folder, 'back'),
    });
    expect(refused?.error).toMatchObject({ code: 'invalid-argument' });
    const rawBytes = Number(readFileSync(file).readBigUInt64LE(16));
    // With a base of zeros the result is what the frames hold.
    writeFileSync(wrong, new Uint8Array(rawBytes));
    const [done] = await run('decompress', file, { basePath: wrong, outputPath: path.join(folder, 'back') });
    expect(done).toMatchObject({ status: 'done', checked: 'structure' });
    const xor = decodeZnn(withoutDelta(readFileSync(file)));
    expect(Buffer.compare(readFileSync(path.join(folder, 'back')), xor)).toBe(0);
  });
});

describe('folders', () => {
  const models = () =>
    fileTree({
      'tuned/a.safetensors': fineTuned,
      'tuned/sub/b.safetensors': rearranged,
      'tuned/new.bin': 'new',
      'tuned/config.json': '{}',
      'base/a.safetensors': base,
      'base/sub/b.safetensors': base,
    });

  test('go out and come back, each file against the one of its name', async () => {
    const root = models();
    const [source, basePath] = [path.join(root, 'tuned'), path.join(root, 'base')];
    await run('compress', source, { basePath, outputPath: path.join(root, 'small') });
    expect(readFileSync(path.join(root, 'small/a.safetensors.znn'))[FIELD.delta]).toBe(2);
    expect(readFileSync(path.join(root, 'small/sub/b.safetensors.znn'))[FIELD.delta]).toBe(16);
    expect(readFileSync(path.join(root, 'small/new.bin.znn'))[FIELD.delta]).toBe(0);
    const back = path.join(root, 'back');
    await run('decompress', path.join(root, 'small'), { basePath, outputPath: back });
    expect(snapshotOf(back)).toEqual(snapshotOf(source));
  });

  test.each([
    ['a base that is not there', 'tuned/a.safetensors', 'nowhere', {}, 'there is no such file'],
    ['a file as base of a folder', 'tuned', 'base/a.safetensors', {}, 'the base of a folder is a folder'],
    ['a folder as its own base', 'tuned', 'tuned', {}, 'is the file that it is the base of'],
    [
      'a base that --rm would remove',
      ['tuned/a.safetensors', 'base/a.safetensors'],
      'base/sub/../a.safetensors',
      { removeSources: true },
      'is a',
    ],
  ])('%s is refused, with nothing written', async (_, sources, basePath, options, message) => {
    const root = models();
    const before = snapshotOf(root);
    const paths = [sources].flat().map((each) => path.join(root, each));
    const running = run('compress', paths, { basePath: path.join(root, basePath), ...options });
    await expect(running).rejects.toThrow(message);
    expect(snapshotOf(root)).toEqual(before);
  });

  test('a base that is the source by another link is refused', async () => {
    const root = models();
    const file = path.join(root, 'tuned/a.safetensors');
    linkSync(file, path.join(root, 'link'));
    const [result] = await run('compress', file, { basePath: path.join(root, 'link') });
    expect(result?.error?.message).toContain('is the file that it is the base of');
  });
});

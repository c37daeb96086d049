// `.znn.safetensors`, there and back.

import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { COMPRESSED_VECTORS_KEY, CONTAINER_INDEX_KEY } from '../../../src/format/container/keys.js';
import { parseSafetensorsHeader, type SafetensorsHeader } from '../../../src/format/safetensors/header.js';
import { describeFile } from '../../../src/info/describe.js';
import { createJobRunner } from '../../../src/pool/pool.js';
import { decodeZnn } from '../../reference/frame-decode.js';
import { LARGE_TENSORS, MIXED_TENSORS, safetensorsOf } from '../../support/container.js';
import { fileTree } from '../../support/file-tree.js';
import { modelFolder, snapshotOf } from '../../support/model-folder.js';
import { plainRunner, run, statusesOf } from '../../support/run-verb.js';

const runners = [1, 2, 3, 8].map((threads) => createJobRunner({ threads }));
afterAll(() => Promise.all(runners.map((runner) => runner.close())));

const goldens = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../golden/containers');
const format = 'safetensors' as const;

function headerOf(file: Uint8Array): SafetensorsHeader {
  const jsonBytes = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const reading = parseSafetensorsHeader(file.subarray(8, 8 + jsonBytes), file.length);
  if (!reading.isCanonical) throw new Error(reading.reason);
  return reading.header;
}

/** Compresses `file` and gives the folder, which then holds x.safetensors and x.znn.safetensors. */
async function packed(file: Uint8Array, settings: Parameters<typeof run>[2] = {}): Promise<string> {
  const folder = fileTree({ 'x.safetensors': file });
  const results = await run('compress', path.join(folder, 'x.safetensors'), { format, ...settings });
  expect(statusesOf(results)).toEqual(['done x.safetensors']);
  return folder;
}

const read = (folder: string, name: string) => readFileSync(path.join(folder, name));

describe('a mixed file', () => {
  test.each([
    ['with metadata', { format: 'pt', note: '"x" \\' }],
    ['with other metadata', { note: '' }],
    ['with empty metadata', {}],
    ['without metadata', undefined],
  ])('%s comes back byte for byte', async (_, metadata) => {
    const file = safetensorsOf(MIXED_TENSORS, metadata);
    const folder = await packed(file);
    const container = read(folder, 'x.znn.safetensors');
    expect(container.length).toBeLessThan(file.length);
    const { metadata: written } = headerOf(container);
    expect(written?.get('format')).toBe('pt');
    const names = Object.keys(JSON.parse(written?.get(COMPRESSED_VECTORS_KEY) ?? ''));
    expect(names.toSorted()).toEqual(
      ['bf16', 'bf16 "quoted" \\ ünïcode', 'f16', 'f32', 'f32.clean', 'f8.e4m3', 'f8.e5m2'].toSorted(),
    );
    renameSync(path.join(folder, 'x.safetensors'), path.join(folder, 'original'));
    await run('decompress', path.join(folder, 'x.znn.safetensors'));
    expect(read(folder, 'x.safetensors').equals(file)).toBe(true);
  });

  test('holds frames that the reference decodes, and aligned tensors as they were', async () => {
    const file = safetensorsOf(MIXED_TENSORS);
    const container = read(await packed(file), 'x.znn.safetensors');
    const originals = new Map(headerOf(file).tensors.map((tensor) => [tensor.name, tensor]));
    const { tensors, metadata } = headerOf(container);
    const compressed = JSON.parse(metadata?.get(COMPRESSED_VECTORS_KEY) ?? '') as Record<string, object>;
    for (const tensor of tensors) {
      const original = originals.get(tensor.name);
      const bytes = container.subarray(tensor.fileStart, tensor.fileEnd);
      const expected = file.subarray(original?.fileStart, original?.fileEnd);
      if (Object.hasOwn(compressed, tensor.name)) {
        expect(tensor.dtype).toBe('U8');
        expect(compressed[tensor.name]).toHaveProperty('shape', `[${original?.shape.join(', ')}]`);
        const frameBytes = Number(bytes.readBigUInt64LE(24));
        expect(Buffer.compare(decodeZnn(bytes.subarray(0, frameBytes)), expected)).toBe(0);
      } else {
        expect(bytes.equals(expected)).toBe(true);
        expect([tensor.dtype, tensor.shape]).toEqual([original?.dtype, original?.shape]);
        if (tensor.dtype === 'I64') expect(tensor.fileStart % 8).toBe(0);
      }
    }
  });

  test('with every dtype compresses integers too, and comes back', async () => {
    const file = safetensorsOf(MIXED_TENSORS);
    const folder = await packed(file, { allDtypes: true });
    const { metadata } = headerOf(read(folder, 'x.znn.safetensors'));
    const compressed = JSON.parse(metadata?.get(COMPRESSED_VECTORS_KEY) ?? '');
    expect(Object.keys(compressed)).toEqual(expect.arrayContaining(['ids', 'mask', 'i16', 'of the future']));
    expect(compressed.ids).toEqual({ dtype: 'int64', shape: '[300]' });
    const back = path.join(folder, 'back');
    await run('decompress', path.join(folder, 'x.znn.safetensors'), { outputPath: back });
    expect(readFileSync(back).equals(file)).toBe(true);
  });

  test('keeps the SHA-256 if asked, and checks it', async () => {
    const folder = await packed(safetensorsOf(MIXED_TENSORS), { sha256: true });
    const results = await run('verify', path.join(folder, 'x.znn.safetensors'));
    expect(results[0]).toMatchObject({ status: 'done', checked: 'content' });
    const info = describeFile(path.join(folder, 'x.znn.safetensors'), plainRunner);
    expect(info).toMatchObject({ kind: 'znn', format: 'safetensors', hasChecksums: true });
    expect(info.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(info.tensors.map(({ name }) => name)).toEqual(MIXED_TENSORS.map(({ name }) => name));
  });

  test('of nothing but tensors that stay, or of none, comes back too', async () => {
    for (const tensors of [[], MIXED_TENSORS.filter(({ dtype }) => dtype === 'I64')]) {
      const file = safetensorsOf(tensors);
      const folder = await packed(file);
      expect(headerOf(read(folder, 'x.znn.safetensors')).metadata?.get(COMPRESSED_VECTORS_KEY)).toBe('{}');
      const back = path.join(folder, 'back');
      await run('decompress', path.join(folder, 'x.znn.safetensors'), { outputPath: back });
      expect(readFileSync(back).equals(file)).toBe(true);
    }
  });
});

describe('tensors larger than a worker', () => {
  const file = safetensorsOf([...LARGE_TENSORS, ...MIXED_TENSORS]);

  test('become the same bytes with any number of threads, and come back', async () => {
    let first: Buffer | undefined;
    for (const runner of runners) {
      const folder = await packed(file, { runner, allDtypes: true });
      const container = read(folder, 'x.znn.safetensors');
      first ??= container;
      expect(container.equals(first)).toBe(true);
      const back = path.join(folder, 'back');
      await run('decompress', path.join(folder, 'x.znn.safetensors'), { outputPath: back, runner });
      expect(readFileSync(back).equals(file)).toBe(true);
    }
  });

  test('are one frame each, which the reference decodes', async () => {
    const container = read(await packed(file, { allDtypes: true }), 'x.znn.safetensors');
    const originals = new Map(headerOf(file).tensors.map((tensor) => [tensor.name, tensor]));
    const large = headerOf(container).tensors.filter(({ name }) => name.startsWith('large.'));
    for (const { name, fileStart, dtype } of large) {
      const frameBytes = container.readBigUInt64LE(fileStart + 24);
      const original = originals.get(name);
      if (name === 'large.random') expect(dtype).toBe('F32');
      else {
        const frame = container.subarray(fileStart, fileStart + Number(frameBytes));
        const expected = file.subarray(original?.fileStart, original?.fileEnd);
        expect(Buffer.compare(decodeZnn(frame), expected)).toBe(0);
      }
    }
  });
});

describe('damage', () => {
  const small = MIXED_TENSORS.filter(({ name }) => ['f32.random', 'scalar', 'bf16', 'mask'].includes(name));
  const file = safetensorsOf(
    small.map((recipe) => ({
      ...recipe,
      shape: recipe.shape.length === 0 ? [] : [recipe.name === 'bf16' ? 700 : 130],
    })),
  );

  test('of any single bit never gives other bytes with success', async () => {
    const folder = await packed(file);
    const container = read(folder, 'x.znn.safetensors');
    const target = path.join(folder, 'damaged.znn.safetensors');
    const back = path.join(folder, 'damaged.safetensors');
    for (let bit = 0; bit < container.length * 8; bit += 11) {
      const damaged = Buffer.from(container);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(target, damaged);
      const [result] = await run('decompress', target, { force: true });
      if (result?.status !== 'done') continue;
      expect([bit, result.checked]).toEqual([bit, 'content']);
      expect(readFileSync(back).equals(file)).toBe(true);
    }
  }, 60_000);

  test('by truncation is noticed at every length', async () => {
    const folder = await packed(file);
    const container = read(folder, 'x.znn.safetensors');
    const target = path.join(folder, 'cut.znn.safetensors');
    for (let bytes = 0; bytes < container.length; bytes += 13) {
      writeFileSync(target, container.subarray(0, bytes));
      const [result] = await run('verify', target);
      expect([bytes, result?.status]).toEqual([bytes, 'failed']);
    }
  });

  test('to what the index says is named', async () => {
    const folder = await packed(file);
    const text = read(folder, 'x.znn.safetensors').toString('latin1');
    const cases: [string, string, string][] = [
      ['"bf16":{"dtype":"U8"', '"bf17":{"dtype":"U8"', 'names a tensor that is not there'],
      [`"${CONTAINER_INDEX_KEY}":"`, `"${CONTAINER_INDEX_KEY}":"*`, 'is not base64'],
      [COMPRESSED_VECTORS_KEY, COMPRESSED_VECTORS_KEY.replace('z', 'y'), 'is missing'],
    ];
    for (const [found, replacement, message] of cases) {
      const grown = replacement.length - found.length;
      const changed = text.replace(found, replacement).replace(' '.repeat(grown), '');
      writeFileSync(path.join(folder, 'changed.znn.safetensors'), Buffer.from(changed, 'latin1'));
      const [result] = await run('verify', path.join(folder, 'changed.znn.safetensors'));
      expect(result?.error).toMatchObject({ code: 'corrupt', message: expect.stringContaining(message) });
    }
  });
});

test('what the stock script wrote is restored, and it is said that bytes may differ', async () => {
  const folder = fileTree({
    'stock.znn.safetensors': readFileSync(path.join(goldens, 'stock.znn.safetensors')),
  });
  const [result] = await run('decompress', path.join(folder, 'stock.znn.safetensors'));
  expect(result).toMatchObject({ status: 'done', checked: 'structure' });
  expect(result?.notes.join()).toContain('without the original header');
  // The library that wrote the original orders and pads as znn does, so here even the bytes are the same.
  const original = readFileSync(path.join(goldens, 'stock-original.safetensors'));
  expect(read(folder, 'stock.safetensors').equals(original)).toBe(true);
  const [verified] = await run('verify', path.join(folder, 'stock.znn.safetensors'));
  expect(verified).toMatchObject({ status: 'done', checked: 'structure' });
});

describe('a model folder', () => {
  test('goes out and comes back, index included', async () => {
    const root = modelFolder();
    const before = snapshotOf(root);
    const out = `${root}-out`;
    const back = `${root}-back`;
    await run('compress', root, { format, outputPath: out });
    expect(readdirSync(out)).toEqual(
      expect.arrayContaining([
        'model-00001-of-00002.znn.safetensors',
        'odd.bin',
        'model.safetensors.index.json',
      ]),
    );
    expect(readdirSync(out)).not.toContain('odd.bin.znn');
    const index = read(out, 'model.safetensors.index.json').toString();
    expect(index).toContain('model-00001-of-00002.znn.safetensors');
    await run('decompress', out, { outputPath: back });
    expect(snapshotOf(back)).toEqual(before);
  });

  test('in place with --rm and back is as it was', async () => {
    const root = modelFolder();
    const before = snapshotOf(root);
    await run('compress', root, { format, removeSources: true });
    expect(existsSync(path.join(root, 'model-00001-of-00002.safetensors'))).toBe(false);
    const again = await run('compress', root, { format, removeSources: true });
    expect(again.every(({ status }) => status === 'skipped' || status === 'up-to-date')).toBe(true);
    await run('decompress', root, { removeSources: true });
    const after = snapshotOf(root);
    const content = (tree: typeof before) => Object.entries(tree).map(([name, { content: c }]) => [name, c]);
    expect(content(after)).toEqual(content(before));
  });

  test('with the variant index stands side by side, and --rm takes both away', async () => {
    const root = modelFolder();
    const before = snapshotOf(root);
    await run('compress', root, { format, variant: true });
    const variant = path.join(root, 'model.safetensors.index.znn.json');
    expect(readFileSync(variant, 'utf8')).toContain('model-00001-of-00002.znn.safetensors');
    expect(read(root, 'model.safetensors.index.json').toString('latin1')).toBe(
      before['model.safetensors.index.json']?.content,
    );
    const again = await run('compress', root, { format, variant: true });
    expect(again.filter(({ status }) => status === 'done' || status === 'failed')).toEqual([]);
    const results = await run('decompress', root, { removeSources: true });
    expect(results.filter(({ status }) => status === 'failed')).toEqual([]);
    const names = (tree: typeof before) => Object.keys(tree);
    expect(names(snapshotOf(root))).toEqual(names(before));
  });

  test('with the variant index goes out, and comes back with the plain one', async () => {
    const root = modelFolder();
    const before = snapshotOf(root);
    await run('compress', root, { format, variant: true, outputPath: `${root}-out` });
    expect(existsSync(path.join(`${root}-out`, 'model.safetensors.index.json'))).toBe(false);
    await run('decompress', `${root}-out`, { outputPath: `${root}-back` });
    expect(snapshotOf(`${root}-back`)).toEqual(before);
  });
});

describe('refused, with nothing written', () => {
  test.each([
    [
      'a file that is no safetensors file',
      'x.safetensors',
      Buffer.from('weights'),
      'not a canonical safetensors file',
    ],
    ['a file of another name', 'x.bin', safetensorsOf(MIXED_TENSORS), 'is not named .safetensors'],
    [
      'what is compressed already',
      'x.safetensors',
      readFileSync(path.join(goldens, 'stock.znn.safetensors')),
      'says that it is compressed',
    ],
  ])('%s', async (_, name, content, message) => {
    const folder = fileTree({ [name]: content });
    const [result] = await run('compress', path.join(folder, name), { format });
    expect(result?.error?.message).toContain(message);
    expect(readdirSync(folder)).toEqual([name]);
  });

  test('a plain safetensors file to decompress', async () => {
    const folder = fileTree({ 'x.znn.safetensors': safetensorsOf(MIXED_TENSORS) });
    const [result] = await run('decompress', path.join(folder, 'x.znn.safetensors'));
    expect(result?.error).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('is not compressed'),
    });
    expect(readdirSync(folder)).toEqual(['x.znn.safetensors']);
  });
});

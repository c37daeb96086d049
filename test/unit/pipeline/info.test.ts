import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { describeFile } from '../../../src/info/describe.js';
import { geometricBytes } from '../../support/distributions.js';
import { fileTree } from '../../support/file-tree.js';
import { safetensorsFile } from '../../support/model-folder.js';
import { plainRunner, run } from '../../support/run-verb.js';

const describeAt = (...parts: string[]) => describeFile(path.join(...parts), plainRunner);

test('a safetensors file: its tensors', () => {
  const root = fileTree({ 'a.safetensors': safetensorsFile(7, 5000) });
  expect(describeAt(root, 'a.safetensors')).toMatchObject({
    kind: 'safetensors',
    frames: [],
    tensors: [{ name: 'layer.7.weight', dtype: 'BF16', shape: [2500], originalBytes: 5000 }],
    dtypes: [{ dtype: 'BF16', tensorCount: 1, originalBytes: 5000 }],
    notes: [],
  });
});

test('a compressed safetensors file: the same tensors, with what they take', async () => {
  const source = safetensorsFile(7, 3_000_000);
  const root = fileTree({ 'a.safetensors': source });
  await run('compress', path.join(root, 'a.safetensors'), { sha256: true });
  const info = describeAt(root, 'a.safetensors.znn');
  expect(info).toMatchObject({ kind: 'znn', originalBytes: source.length, hasChecksums: true, notes: [] });
  expect(info.sha256).toMatch(/^[0-9a-f]{64}$/);
  const [tensor] = info.tensors;
  expect(tensor).toMatchObject({ name: 'layer.7.weight', originalBytes: 3_000_000 });
  expect(tensor?.compressedBytes).toBeLessThan(2_700_000);
  const takenBytes = info.frames.reduce((sum, { encodedBytes }) => sum + encodedBytes, 0);
  expect(tensor?.compressedBytes).toBeLessThan(takenBytes);
  expect(info.frames.every(({ checksum }) => /^[0-9a-f]{16}$/.test(checksum ?? ''))).toBe(true);
});

test('planes: raw, constant and Huffman streams add up', async () => {
  const constant = new Uint8Array(300_000);
  const root = fileTree({ 'zeros.bin': constant, 'skewed.bin': geometricBytes(1, 300_000, 20, 1.5) });
  await run('compress', root, { encoding: 'bytes' });
  const [zeros] = describeAt(root, 'zeros.bin.znn').layouts;
  expect(zeros?.planes).toEqual([
    { rawBytes: 300_000, encodedBytes: 3, rawCount: 0, constantCount: 3, huffmanCount: 0 },
  ]);
  const [skewed] = describeAt(root, 'skewed.bin.znn').layouts;
  expect(skewed).toMatchObject({ chunkCount: 3, rawBytes: 300_000, planes: [{ huffmanCount: 3 }] });
});

test('without a frame index it could be anybody’s: no checksums', async () => {
  const root = fileTree({ 'a.bin': geometricBytes(1, 5000, 20, 1.5) });
  await run('compress', path.join(root, 'a.bin'), { frameIndex: false });
  expect(describeAt(root, 'a.bin.znn')).toMatchObject({ kind: 'zipnn', hasChecksums: false });
});

test('anything else is something else, and says so if its name promised more', () => {
  const root = fileTree({ 'a.safetensors': 'x', 'ZN.bin': 'ZN but no frame', empty: '' });
  expect(describeAt(root, 'a.safetensors').notes).toEqual([expect.stringContaining('not a canonical')]);
  expect(describeAt(root, 'ZN.bin')).toMatchObject({ kind: 'other', tensors: [], notes: [] });
  expect(describeAt(root, 'empty')).toMatchObject({ kind: 'other', originalBytes: 0 });
});

test('a file named .znn that is none fails, with its name', () => {
  const root = fileTree({ 'a.znn': 'nothing of the kind, but long enough to hold a header' });
  const file = path.join(root, 'a.znn');
  expect(() => describeFile(file, plainRunner)).toThrow(
    expect.objectContaining({ code: 'corrupt', where: expect.objectContaining({ file }) }),
  );
  writeFileSync(file, '');
  expect(() => describeFile(file, plainRunner)).toThrow(expect.objectContaining({ code: 'truncated' }));
});

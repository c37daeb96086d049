// The tensors that `.znn.safetensors` keeps as they are stand by alignment, not in the source's order. Small ones are read
// together, and the read ended where the last of them ends: one that stands further back in the source, and earlier in the
// container, was stored as whatever had been in memory, under a checksum of that.

import { readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createJobRunner } from '../../src/pool/pool.js';
import { safetensorsOf, type TensorRecipe } from '../support/container.js';
import { fileTree } from '../support/file-tree.js';
import { run } from '../support/run-verb.js';

const runner = createJobRunner({ threads: 2 });
afterAll(() => runner.close());

const tensor = (name: string, dtype: string, elementBytes: number, count: number): TensorRecipe => ({
  ...{ name, dtype, elementBytes, shape: [count], content: 'random' },
});

test('a wide tensor behind a narrow one is stored with its own bytes', async () => {
  const file = safetensorsOf([
    ...[tensor('ids', 'I64', 8, 5), tensor('bytes', 'U8', 1, 37), tensor('i16', 'I16', 2, 90)],
  ]);
  const folder = fileTree({ 'x.safetensors': file });
  const settings = { format: 'safetensors', runner } as const;
  await run('compress', path.join(folder, 'x.safetensors'), settings);
  renameSync(path.join(folder, 'x.safetensors'), path.join(folder, 'original'));
  await run('decompress', path.join(folder, 'x.znn.safetensors'), { runner });
  expect(readFileSync(path.join(folder, 'x.safetensors')).equals(file)).toBe(true);
});

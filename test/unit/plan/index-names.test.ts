import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isIndexName } from '../../../src/format/model/file-names.js';
import { fileTree } from '../../support/file-tree.js';
import { run } from '../../support/run-verb.js';
import { linesOf, runZnn } from '../../support/znn-process.js';

test.each([
  ...['model.safetensors.index.json', 'pytorch_model.bin.index.json', 'tf_model.h5.index.json'],
  ...['flax_model.msgpack.index.json', 'model.pt.index.json', 'model.pth.index.json', 'x.ckpt.index.json'],
  ...['model.safetensors.index.fp16.json', 'tf_model.h5.index.fp16.json', 'Model.SAFETENSORS.index.json'],
  ...['model.safetensors.index.fp8.v2.json', 'a b.c.bin.index.json', 'model_state.pdparams.index.json'],
])('%s is an index of weights', (name) => {
  expect(isIndexName(path.join('some.folder', name))).toBe(true);
});

test.each([
  ...[
    'index.json',
    'model.index.json',
    'tokenizer.index.json',
    'model.safetensors.json',
    'data.csv.index.json',
  ],
  ...['model.safetensors.index', 'model.safetensors.index.json.bak', 'model.safetensors.indexes.json'],
])('%s is none', (name) => {
  expect(isIndexName(path.join('x.safetensors.index.json', name))).toBe(false);
});

test.each([
  ['tf_model.h5.index.json', 'tf_model-00001-of-00001.h5', {}],
  ['model.pth.index.fp16.json', 'model.fp16-00001-of-00001.pth', {}],
  ['flax_model.msgpack.index.json', 'flax_model-00001-of-00001.msgpack', { include: ['*.msgpack'] }],
])('%s follows its shards there and back, and check compares it', async (index, shard, settings) => {
  const content = `{"metadata": {}, "weight_map": {"a": "${shard}"}}\n`;
  const root = fileTree({ [shard]: 'weights', [index]: content });
  await run('compress', root, { removeSources: true, ...settings });
  expect(readFileSync(path.join(root, index), 'utf8')).toBe(content.replace(shard, `${shard}.znn`));
  const right = await runZnn(['check', root], { cwd: root });
  expect(right.exitCode).toBe(0);
  expect(linesOf(right.stdout)[0]).toContain('1 index');
  await run('decompress', path.join(root, `${shard}.znn`), { removeSources: true });
  const wrong = await runZnn(['check', root], { cwd: root });
  expect(wrong.exitCode).toBe(1);
  expect(wrong.stdout).toContain(`defect: names ${shard}.znn, which is not there; ${shard} is`);
  const named = fileTree({ [shard]: 'weights', [index]: content });
  await run('compress', named, { outputPath: `${root}/out`, ...settings });
  await run('decompress', `${root}/out`, { outputPath: `${root}/back` });
  expect(readFileSync(path.join(root, 'back', index), 'utf8')).toBe(content);
});

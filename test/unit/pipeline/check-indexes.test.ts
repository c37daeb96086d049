// Several indexes in one folder, and weights that are no index's: what one index does not name may have another reader.

import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { check } from '../../../src/check/check.js';
import { isRepairable } from '../../../src/check/repair/repairable.js';
import { discover } from '../../../src/discover/discover.js';
import { fileTree } from '../../support/file-tree.js';
import { safetensorsFile } from '../../support/model-folder.js';
import { plainRunner, run } from '../../support/run-verb.js';

/** The one tensor of `safetensorsFile(1, …)`. */
const TENSOR = 'layer.1.weight';
const weights = safetensorsFile(1, 3000);
const indexOf = (...shardNames: string[]) =>
  JSON.stringify({ weight_map: Object.fromEntries(shardNames.map((name) => [TENSOR, name])) });

function findingsOf(root: string) {
  const machine = { environment: {}, homePath: '/nonexistent' };
  const plan = discover({ verb: 'info', paths: [root], removeSources: false, machine, withIndexes: true });
  const files = check(plan, plainRunner).flatMap((group) => group.files);
  return files.flatMap((file) =>
    file.findings.map(({ code, message, advice }) => ({
      ...{ index: path.basename(file.path), code, message, advice, isRepairable: isRepairable(file) },
    })),
  );
}

describe('an index says nothing of what another one names', () => {
  test.each([
    [
      'variants of transformers and diffusers',
      {
        'model-00001-of-00001.safetensors': weights,
        'model.fp16-00001-of-00001.safetensors': weights,
        'model.safetensors.index.json': indexOf('model-00001-of-00001.safetensors'),
        'model.safetensors.index.fp16.json': indexOf('model.fp16-00001-of-00001.safetensors'),
      },
    ],
    [
      'two models in one folder',
      {
        'high-1.safetensors': weights,
        'low-1.safetensors': weights,
        'high.safetensors.index.json': indexOf('high-1.safetensors'),
        'low.safetensors.index.json': indexOf('low-1.safetensors'),
      },
    ],
    [
      'the index of the folder above',
      {
        'unet/own-1.bin': 'x',
        'unet/shared-1.bin': 'x',
        'unet/own.bin.index.json': indexOf('own-1.bin'),
        'all.bin.index.json': indexOf('unet/shared-1.bin'),
      },
    ],
  ])('%s', async (_name, files) => {
    const root = fileTree(files);
    expect(findingsOf(root)).toEqual([]);
    await run('compress', root, { removeSources: true });
    expect(findingsOf(root)).toEqual([]);
  });
});

test.each([
  ...['adapter_model.safetensors', 'consolidated.safetensors', 'consolidated-00001-of-00002.safetensors'],
  ...['model.safetensors', 'model.fp16.safetensors', 'diffusion_pytorch_model.non_ema.safetensors'],
  ...[
    'pytorch_lora_weights.safetensors',
    'value_head.safetensors',
    'adapters.safetensors',
    'lora.safetensors',
  ],
])('%s has a loader of its own: no index need name it, compressed or not', async (name) => {
  const root = fileTree({
    ...{ 'model-1.safetensors': weights, [name]: safetensorsFile(2, 3000) },
    'model.safetensors.index.json': indexOf('model-1.safetensors'),
  });
  expect(findingsOf(root)).toEqual([]);
  const results = await run('compress', root, { removeSources: true });
  expect(results.flatMap(({ notes }) => notes)).toEqual([]);
  expect(findingsOf(root)).toEqual([]);
});

test.each([
  ...['training_args.bin', 'optimizer.bin', 'mm_projector.bin', 'pytorch_model.bin', 'pytorch_adapter.bin'],
])('%s beside an index of *.bin too', async (name) => {
  const root = fileTree({ 'x-1.bin': 'x', [name]: 'y', 'x.bin.index.json': indexOf('x-1.bin') });
  expect(findingsOf(root)).toEqual([]);
});

test('a shard that none of two indexes names is remarked on once, and nobody is told to remove it', () => {
  const root = fileTree({
    ...{ 'a-1.safetensors': weights, 'b-1.safetensors': weights, 'old-1.safetensors': weights },
    'a.safetensors.index.json': indexOf('a-1.safetensors'),
    'b.safetensors.index.json': indexOf('b-1.safetensors'),
  });
  const findings = findingsOf(root);
  expect(findings.map(({ index, code }) => [index, code])).toEqual([
    ['a.safetensors.index.json', 'shard-not-indexed'],
  ]);
  expect(findings[0]?.message).toContain('old-1.safetensors');
  expect(findings[0]?.advice).not.toContain('remove');
});

test('an index that names a loader’s own file is about it', () => {
  const root = fileTree({
    'consolidated.safetensors.index.json': indexOf('consolidated-1.safetensors'),
  });
  expect(findingsOf(root).map(({ code }) => code)).toEqual(['index-names-missing']);
});

test.each(['model.fp16-1.safetensors', 'adapter_model.safetensors'])(
  'a tensor that the index’s own shard lacks is not taken from %s',
  (other) => {
    const root = fileTree({
      ...{ 'model-1.safetensors': safetensorsFile(2, 3000), [other]: weights },
      'model.safetensors.index.fp16.json': indexOf('model.fp16-1.safetensors'),
      'model.safetensors.index.json': indexOf('model-1.safetensors'),
    });
    const found = findingsOf(root).filter(({ index }) => index === 'model.safetensors.index.json');
    expect(found).toMatchObject([{ code: 'index-misses-tensor', isRepairable: false }]);
  },
);

import path from 'node:path';
import { describe, test } from 'vitest';
import { fileTree } from '../../support/file-tree.js';
import { safetensorsFile } from '../../support/model-folder.js';
import { run } from '../../support/run-verb.js';
import { MODEL, walk } from '../../support/walk-contract.js';

describe('with --format safetensors', () => {
  const flags = { rm: true, format: 'safetensors' } as const;
  const paths = ['model'];
  const shards = {
    'model/a.safetensors': safetensorsFile(1, 3000),
    'model/model.safetensors.index.json': '{"weight_map":{"t":"a.safetensors"}}',
  };

  test('compress --rm: EIO once', async () => {
    await walk(fileTree(shards), 'EIO once', { verb: 'compress', paths, flags });
  });

  test('decompress --rm: EIO once', async () => {
    const template = fileTree(shards);
    await run('compress', path.join(template, 'model'), { removeSources: true, format: 'safetensors' });
    await walk(template, 'EIO once', { verb: 'decompress', paths, flags: { rm: true } });
  });
});

describe('with --format safetensors --variant', () => {
  test('compress: EIO once', async () => {
    const shards = {
      'model/a.safetensors': safetensorsFile(1, 3000),
      'model/model.safetensors.index.json': '{"weight_map":{"t":"a.safetensors"}}',
    };
    const flags = { format: 'safetensors', variant: true } as const;
    await walk(fileTree(shards), 'EIO once', { verb: 'compress', paths: ['model'], flags });
  });
});

describe('with --rm=each', () => {
  const job = { paths: ['model'], flags: { rmEach: true } } as const;

  test.each(['EIO once', 'a full disk from then on'] as const)('compress: %s', async (faultName) => {
    await walk(fileTree(MODEL), faultName, { verb: 'compress', ...job });
  });

  test.each(['EIO once', 'a full disk from then on'] as const)('decompress: %s', async (faultName) => {
    const template = fileTree(MODEL);
    await run('compress', path.join(template, 'model'), { removeSources: true });
    await walk(template, faultName, { verb: 'decompress', ...job });
  });
});

describe('with --base', () => {
  const shards = {
    'base/a.safetensors': safetensorsFile(1, 3000),
    'model/a.safetensors': safetensorsFile(2, 3000),
  };

  test('compress --rm: EIO once', async () => {
    const flags = { rm: true, base: 'base' };
    await walk(fileTree(shards), 'EIO once', { verb: 'compress', paths: ['model'], flags });
  });
});

describe('with --base, back', () => {
  test('decompress --rm: EIO once', async () => {
    const template = fileTree({
      'base/a.safetensors': safetensorsFile(1, 3000),
      'model/a.safetensors': safetensorsFile(2, 3000),
    });
    const basePath = path.join(template, 'base');
    await run('compress', path.join(template, 'model'), { removeSources: true, basePath });
    const flags = { rm: true, base: 'base' };
    await walk(template, 'EIO once', { verb: 'decompress', paths: ['model'], flags });
  });
});

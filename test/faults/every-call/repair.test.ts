import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'vitest';
import { fileTree } from '../../support/file-tree.js';
import { safetensorsFile } from '../../support/model-folder.js';
import { run } from '../../support/run-verb.js';
import { STOCK_CONTAINER, withMetadata } from '../../support/stock-container.js';
import { FAULTS, type FaultName, walk } from '../../support/walk-contract.js';

describe('check --repair', () => {
  const job = { verb: 'check', paths: ['model'], flags: { repair: true, output: 'new' } } as const;
  const broken = withMetadata(STOCK_CONTAINER, () => undefined);
  const weightMap = {
    'a.bf16': 'a.znn.znn.safetensors',
    'layer.1.weight': 'a.znn.znn.safetensors',
    'layer.2.weight': 'd.safetensors',
  };

  /** All kinds of what can be rebuilt: a list, a name, an index with a wrong shard and wrong names. */
  async function brokenModel(): Promise<string> {
    const template = fileTree({
      'model/a.znn.znn.safetensors': broken,
      'model/b.safetensors': safetensorsFile(1, 3000),
      'model/sub/c.znn.safetensors': broken,
      'model/d.safetensors': safetensorsFile(2, 3000),
    });
    await run('compress', path.join(template, 'model/d.safetensors'), { removeSources: true });
    const index = JSON.stringify({ weight_map: weightMap });
    writeFileSync(path.join(template, 'model/model.safetensors.index.json'), index);
    return template;
  }

  test.each(Object.keys(FAULTS) as FaultName[])('%s', async (faultName) => {
    await walk(await brokenModel(), faultName, job);
  });

  test.each(['one call short', 'one call of nothing'] as const)('%s', async (faultName) => {
    await walk(await brokenModel(), faultName, job);
  });

  test('every read and write falls short', async () => {
    await walk(await brokenModel(), 'every call short', { ...job, isOneStep: true });
  });
});

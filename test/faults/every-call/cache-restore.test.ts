import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'vitest';
import { fileTree } from '../../support/file-tree.js';
import { TestCache } from '../../support/hub-cache.js';
import { safetensorsFile } from '../../support/model-folder.js';
import { run } from '../../support/run-verb.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { walk } from '../../support/walk-contract.js';

describe('cache restore', () => {
  test.each([
    ['', 'EIO once', {}],
    ['--rm', 'EIO once', { rm: true }],
    ['--rm', 'a full disk from then on', { rm: true }],
  ] as const)('%s: %s', async (_, faultName, removal) => {
    const flags = { model: 'org/name', ...removal };
    await walk(await cachedModel(), faultName, { verb: 'cache restore', paths: [], flags });
  });

  /** A folder whose `hub/` holds one model, compressed. */
  async function cachedModel(): Promise<string> {
    const source = fileTree({ 'a.safetensors': safetensorsFile(1, 3000) });
    await run('compress', path.join(source, 'a.safetensors'));
    const root = temporaryFolder();
    new TestCache({ root }).add('main', '1'.repeat(40), {
      'a.safetensors.znn': readFileSync(path.join(source, 'a.safetensors.znn')),
      'model.safetensors.index.json': '{"weight_map":{"t":"a.safetensors.znn"}}',
      'config.json': '{}',
    });
    return root;
  }
});

// An index in a cached model that could not be looked at was taken for none: its .znn files went, and it still named them.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findSnapshot } from '../../src/hub/snapshot.js';
import { system } from '../../src/io/system.js';
import { planCacheRestore } from '../../src/run/cache-restore/plan.js';
import { restoreCache } from '../../src/run/cache-restore/restore.js';
import { fileTree } from '../support/file-tree.js';
import { TestCache } from '../support/hub-cache.js';
import { safetensorsFile } from '../support/model-folder.js';
import { entriesIn } from '../support/run-contract.js';
import { plainRunner, run } from '../support/run-verb.js';

const INDEX = 'model.safetensors.index.json';
const { statSync } = system;
afterEach(() => void Object.assign(system, { statSync }));

test('--rm: an index whose stat fails keeps all .znn files and blobs', async () => {
  const source = fileTree({ 'a.safetensors': safetensorsFile(1, 3000) });
  await run('compress', path.join(source, 'a.safetensors'));
  const cache = new TestCache();
  cache.add('main', '1'.repeat(40), {
    'a.safetensors.znn': readFileSync(path.join(source, 'a.safetensors.znn')),
    [INDEX]: '{"weight_map":{"t":"a.safetensors.znn"}}',
  });
  const before = entriesIn(cache.cachePath);
  system.statSync = ((file: string, ...rest: never[]) => {
    if (!file.endsWith(INDEX)) return (statSync as (...args: unknown[]) => unknown)(file, ...rest);
    throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'stat' });
  }) as never;
  const machine = { environment: { HF_HUB_CACHE: cache.cachePath }, homePath: '/nonexistent' };
  const options = { threads: 1, force: false, removeSources: true, fsync: false, sha256: false };
  const { files } = await restoreCache(
    planCacheRestore(findSnapshot({ id: 'org/name' }, machine)),
    { ...options, frameIndex: true, encoding: 'auto', format: 'znn', allDtypes: false },
    plainRunner,
  );
  expect(files.find(({ status }) => status === 'failed')?.task.sourcePath).toContain(INDEX);
  expect(entriesIn(cache.cachePath)).toMatchObject(before);
});

// A file that is only copied and shrinks meanwhile was called truncated, exit code 3, as if it were corrupt.

import { truncateSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { system } from '../../src/io/system.js';
import { fileTree } from '../support/file-tree.js';
import { run, statusesOf } from '../support/run-verb.js';
import { filesIn } from '../support/same-files.js';

const real = { ...system };
afterEach(() => {
  Object.assign(system, real);
});

test('a copied source that shrinks is one that changed', async () => {
  const root = fileTree({ 'model/config.json': 'x'.repeat(5 << 20) });
  const model = path.join(root, 'model');
  system.writeSync = ((...args: Parameters<typeof real.writeSync>) => {
    truncateSync(path.join(model, 'config.json'), 10);
    return real.writeSync(...args);
  }) as never;
  const results = await run('compress', model, { outputPath: path.join(root, 'out') });
  expect(statusesOf(results)[0]).toMatch(/^failed config\.json \(io: the file changed while it was read/);
  expect(filesIn(root)).toEqual(['model/config.json']);
});

// Compressed with a base that has nothing in common with it, a file does without; a second run then took its own output for
// one made with other options. Found by test/faults/every-call.

import path from 'node:path';
import { expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { runZnn } from '../support/znn-process.js';

test('a second run is up to date', async () => {
  const cwd = fileTree({
    'base/a.safetensors': safetensorsFile(1, 900),
    'model/a.safetensors': safetensorsFile(2, 900),
  });
  for (const expected of ['compressed', 'up to date']) {
    const run = await runZnn(['compress', '--base', 'base', 'model'], { cwd });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toMatch(`${expected} ${path.join('model', 'a.safetensors')}`);
  }
});

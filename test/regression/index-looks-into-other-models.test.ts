// A tensor that was not in the shard that its index names was looked for in every file of the run: in sub-folders, which hold
// other models with tensors of the same names. And a shard that --exclude left out was said to be missing.

import { expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { jsonLines, runZnn } from '../support/znn-process.js';

const INDEX = 'model.safetensors.index.json';

async function expectCodes(args: readonly string[], cwd: string, codes: readonly string[]): Promise<void> {
  const lines = jsonLines(await runZnn(['check', ...args, '--json'], { cwd }));
  const index = lines.find(({ kind }) => kind === 'index');
  expect(index?.findings).toEqual(codes.map((code) => expect.objectContaining({ code })));
}

test('a tensor of that name in a sub-folder is not where an index should lead', async () => {
  const cwd = fileTree({
    'a.safetensors': safetensorsFile(1, 900),
    'original/b.safetensors': safetensorsFile(2, 900),
    [INDEX]: JSON.stringify({
      weight_map: { 'layer.1.weight': 'a.safetensors', 'layer.2.weight': 'a.safetensors' },
    }),
  });
  await expectCodes(['.'], cwd, ['index-misses-tensor']);
});

test('a shard that is there is not missing because this run leaves it out', async () => {
  const cwd = fileTree({
    'a.safetensors': safetensorsFile(1, 900),
    'b.safetensors': safetensorsFile(2, 900),
    [INDEX]: JSON.stringify({
      weight_map: { 'layer.1.weight': 'a.safetensors', 'layer.2.weight': 'b.safetensors' },
    }),
  });
  await expectCodes(['.', '--exclude', 'b.*'], cwd, []);
});

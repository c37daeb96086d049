// Where a shard could not be read, an index was repaired from what the others say: without the name that the shard gets by its
// own repair. And a tensor was said to be in no shard, though it may be in that one. Found by the walk of test/faults/
// every-call.

import { expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { filesIn } from '../support/same-files.js';
import { STOCK_CONTAINER } from '../support/stock-container.js';
import { jsonLines, linesOf, runZnn } from '../support/znn-process.js';

const INDEX = 'model/model.safetensors.index.json';
const files = {
  'model/a.znn.znn.safetensors': STOCK_CONTAINER,
  'model/b.safetensors': safetensorsFile(1, 900),
};
/** More tensors than one: a is not read, b is. */
const ONLY_B = ['--limit', 'tensors=1'];

function modelWith(weightMap: Readonly<Record<string, string>>): string {
  return fileTree({ ...files, [INDEX]: JSON.stringify({ weight_map: weightMap }) });
}

test('an index is not repaired while a shard cannot be read', async () => {
  const cwd = modelWith({ 'a.bf16': 'a.znn.znn.safetensors', 'layer.1.weight': 'b.safetensors.znn' });
  const repair = ['check', 'model', '--repair', '-o', 'new'];
  const run = await runZnn([...repair, ...ONLY_B], { cwd });
  expect(run.exitCode).toBe(1);
  expect(linesOf(run.stderr)).toEqual([expect.stringContaining('a.znn.znn.safetensors: limit: ')]);
  expect(run.stdout).toContain(
    '    not repaired, since a.znn.znn.safetensors could not be read: check again',
  );
  expect(filesIn(cwd).some((name) => name.startsWith('new'))).toBe(false);
  expect((await runZnn(repair, { cwd })).exitCode).toBe(0);
});

test('a tensor may be in the shard that was not read', async () => {
  const cwd = modelWith({ 'a.bf16': 'b.safetensors', 'layer.1.weight': 'b.safetensors' });
  const lines = jsonLines(await runZnn(['check', 'model', '--json', ...ONLY_B], { cwd }));
  const index = lines.find(({ kind }) => kind === 'index');
  expect(index?.findings).toEqual([expect.objectContaining({ code: 'shard-not-indexed' })]);
});

// --repair gave `x.znn.znn.safetensors` its right name and had the rebuilt index name the wrong one. And what was rotated
// twice was suspected under the wrong name only, so that the repaired file seemed to be in order.

import path from 'node:path';
import { expect, test } from 'vitest';
import { concatBytes } from '../support/bytes.js';
import { fileTree } from '../support/file-tree.js';
import { headerOf } from '../support/safetensors.js';
import { filesIn } from '../support/same-files.js';
import { rotated, STOCK_CONTAINER, withMetadata } from '../support/stock-container.js';
import { jsonLines, runZnn } from '../support/znn-process.js';

const INDEX = 'model.safetensors.index.json';
const EMPTY_LIST = { format: 'pt', znn_compressed_vectors: '{}' };
const twice = withMetadata(STOCK_CONTAINER, (all) => ({ ...all, ...EMPTY_LIST }));

test.each(['x.znn.znn.safetensors', 'x.znn.safetensors'])('an index that names %s', async (named) => {
  const cwd = fileTree({
    'm/x.znn.znn.safetensors': twice,
    [`m/${INDEX}`]: JSON.stringify({ weight_map: { 'a.bf16': named } }),
  });
  const run = await runZnn(['check', 'm', '--repair', '-o', 'new'], { cwd });
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(filesIn(path.join(cwd, 'new'))).toEqual([INDEX, 'x.znn.safetensors']);
  expect(await runZnn(['check', 'new'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
});

test('suspicions outlive a repair', async () => {
  const weights = new Uint8Array(new Float32Array([0.5, -0.02, 0.013, -0.7]).buffer);
  const file = concatBytes(
    headerOf([{ name: 'norm', dtype: 'F32', shape: [4], bytes: 16 }], EMPTY_LIST),
    rotated(rotated(weights, 'F32'), 'F32'),
  );
  const cwd = fileTree({ 'x.znn.znn.safetensors': file });
  await runZnn(['check', 'x.znn.znn.safetensors', '--repair', '-o', 'x.znn.safetensors'], { cwd });
  for (const name of ['x.znn.znn.safetensors', 'x.znn.safetensors']) {
    const [result] = jsonLines(await runZnn(['check', name, '--json'], { cwd }));
    expect(result?.findings, name).toContainEqual(expect.objectContaining({ code: 'rotated-tensor' }));
  }
});

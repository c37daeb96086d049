import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { expectSameFiles, filesIn } from '../support/same-files.js';
import { folderWithModel, SHARDS } from '../support/small-model.js';
import { STOCK_CONTAINER } from '../support/stock-container.js';
import { jsonLines, linesOf, runZnn } from '../support/znn-process.js';

const CONTAINERS = SHARDS.map((name) => name.replace('.safetensors', '.znn.safetensors'));
const COMPRESS = ['c', 'model', '--format', 'safetensors'];
type DtypeShare = { dtype: string; originalBytes: number; compressedBytes: number };
const INDEX = 'model.safetensors.index.json';

/** The shards that an index names. */
function shardsIn(indexPath: string): string[] {
  const { weight_map } = JSON.parse(readFileSync(indexPath, 'utf8')) as {
    weight_map: Record<string, string>;
  };
  return [...new Set(Object.values(weight_map))];
}

test('a folder becomes one of .znn.safetensors files with its index, and comes back byte for byte', async () => {
  const cwd = folderWithModel();
  expect(await runZnn([...COMPRESS, '-o', 'small'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  const small = path.join(cwd, 'small');
  expect(filesIn(small).filter((name) => name.endsWith('.safetensors'))).toEqual([...CONTAINERS]);
  expect(shardsIn(path.join(small, INDEX))).toEqual(CONTAINERS.slice(0, 3));
  expect(await runZnn(['verify', 'small'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await runZnn(['d', 'small', '-o', 'back'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  expectSameFiles(path.join(cwd, 'back'), path.join(cwd, 'model'));
});

test('--variant, side by side: the index stays, one of the variant is there, and what that means is said', async () => {
  const cwd = folderWithModel();
  const before = readFileSync(path.join(cwd, 'model', INDEX));
  const run = await runZnn([...COMPRESS, '--variant'], { cwd });
  expect(run.exitCode).toBe(0);
  expect(linesOf(run.stderr)).toEqual([
    'znn: note: model: holds every tensor twice now, and loaders that read all *.safetensors load both; -o keeps them apart',
  ]);
  expect(readFileSync(path.join(cwd, 'model', INDEX))).toEqual(before);
  expect(shardsIn(path.join(cwd, 'model', 'model.safetensors.index.znn.json'))).toEqual(
    CONTAINERS.slice(0, 3),
  );
});

test('--all-dtypes says that stock readers will not decode what it compresses', async () => {
  const cwd = folderWithModel();
  const plain = await runZnn([...COMPRESS, '-o', 'plain', '-q'], { cwd });
  const all = await runZnn([...COMPRESS, '--all-dtypes', '-o', 'all'], { cwd });
  expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
  expect(linesOf(all.stderr)).toEqual([
    expect.stringMatching(/^znn: note: --all-dtypes: .* stock readers will not decode those$/),
  ]);
  const listed = async (folder: string) => {
    const info = await runZnn(['info', `${folder}/${CONTAINERS[2]}`, '--json'], { cwd });
    const dtypes = jsonLines(info)[0]?.dtypes as DtypeShare[];
    return dtypes
      .filter(({ originalBytes, compressedBytes }) => compressedBytes < originalBytes)
      .map(({ dtype }) => dtype)
      .sort();
  };
  expect(await listed('plain')).toEqual(['F32']);
  expect(await listed('all')).toEqual(['F32', 'F8_E8M0', 'I64', 'U8']);
  expect(await runZnn(['d', 'all', '-o', 'back', '-q'], { cwd })).toMatchObject({ exitCode: 0 });
  expectSameFiles(path.join(cwd, 'back'), path.join(cwd, 'model'));
});

test('what the stock script wrote is restored, with a note that only tensors are known to be equal', async () => {
  const cwd = fileTree({ 'x.znn.safetensors': STOCK_CONTAINER });
  const run = await runZnn(['d', 'x.znn.safetensors', '-o', 'x.safetensors'], { cwd });
  expect(run.exitCode).toBe(0);
  expect(linesOf(run.stderr)).toEqual([
    expect.stringMatching(/^znn: note: x\.znn\.safetensors: .*byte for byte, cannot be known$/),
  ]);
});

test('a file that is no safetensors file fails, with what can be done, and leaves nothing', async () => {
  const cwd = fileTree({});
  writeFileSync(path.join(cwd, 'x.safetensors'), 'not one');
  const run = await runZnn(['c', '--format', 'safetensors', 'x.safetensors'], { cwd });
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toMatch(
    /^znn: x\.safetensors: not a canonical safetensors file .*; as \.znn it can be\n$/,
  );
  expect(readdirSync(cwd)).toEqual(['x.safetensors']);
});

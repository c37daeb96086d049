import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { filesIn } from '../support/same-files.js';
import { folderWithModel, SHARDS } from '../support/small-model.js';
import { STOCK_CONTAINER, withMetadata } from '../support/stock-container.js';
import { jsonLines, linesOf, runZnn } from '../support/znn-process.js';

const BROKEN = withMetadata(STOCK_CONTAINER, () => undefined);

test('a folder in order: exit code 0, one line for it and one for the run', async () => {
  const cwd = folderWithModel();
  await runZnn(['c', 'model', '-o', 'small', '-q'], { cwd });
  for (const [folder, words] of [
    ['model', 'not compressed (4 not compressed, 1 index)'],
    ['small', 'compressed by znn (4 by znn, 1 index)'],
  ]) {
    const run = await runZnn(['check', folder ?? ''], { cwd });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(linesOf(run.stdout)).toEqual([`${folder}: ${words}`, 'checked 5 files: 0 defects']);
  }
});

test('defects: exit code 1, each with what can be done', async () => {
  const cwd = fileTree({ 'a.znn.safetensors': BROKEN });
  const run = await runZnn(['check', 'a.znn.safetensors'], { cwd });
  expect(run).toMatchObject({ exitCode: 1, stderr: '' });
  expect(linesOf(run.stdout)).toEqual([
    'a.znn.safetensors: safetensors, tensors compressed by ZipNN, 8 tensors',
    expect.stringMatching(/^ {2}defect: znn_compressed_vectors is missing: \d compressed tensors /),
    '    --repair -o NEW rebuilds it there',
    '  defect: metadata has no "format": transformers refuses the file',
    '    --repair -o NEW rebuilds it there',
    'checked 1 file: 2 defects',
  ]);
});

test('damage: exit code 3', async () => {
  const cwd = fileTree({ 'a.znn.safetensors': BROKEN, 'b.znn.safetensors': STOCK_CONTAINER.slice(0, -9) });
  expect(await runZnn(['check', '.'], { cwd })).toMatchObject({ exitCode: 3, stderr: '' });
});

describe('--repair', () => {
  test('a file goes to a new one, which the other commands read', async () => {
    const cwd = fileTree({ 'a.znn.safetensors': BROKEN });
    expect(await runZnn(['verify', 'a.znn.safetensors'], { cwd })).toMatchObject({ exitCode: 1 });
    const run = await runZnn(['check', 'a.znn.safetensors', '--repair', '-o', 'b.znn.safetensors'], { cwd });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toContain(
      '  repaired: b.znn.safetensors\nchecked 1 file: 2 defects, 1 file repaired\n',
    );
    expect(readFileSync(path.join(cwd, 'a.znn.safetensors'))).toEqual(Buffer.from(BROKEN));
    expect(await runZnn(['verify', 'b.znn.safetensors'], { cwd })).toMatchObject({ exitCode: 0 });
  });

  test('again: what is there already and equal serves; anything else stays, and is named', async () => {
    const cwd = fileTree({ 'a.znn.safetensors': BROKEN });
    const repair = ['check', 'a.znn.safetensors', '--repair', '-o', 'b.znn.safetensors'];
    const first = await runZnn(repair, { cwd });
    const { mtimeNs } = statSync(path.join(cwd, 'b.znn.safetensors'), { bigint: true });
    expect(await runZnn(repair, { cwd })).toMatchObject({ exitCode: 0, stderr: '', stdout: first.stdout });
    expect(statSync(path.join(cwd, 'b.znn.safetensors'), { bigint: true }).mtimeNs).toBe(mtimeNs);
    const others = [
      (bytes: Buffer) => bytes.subarray(0, -1),
      (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)]),
      (bytes: Buffer) => Buffer.from(bytes).fill(0xff, bytes.length - 1),
      () => Buffer.alloc(0),
    ];
    const repaired = readFileSync(path.join(cwd, 'b.znn.safetensors'));
    for (const change of others) {
      const other = change(repaired);
      writeFileSync(path.join(cwd, 'b.znn.safetensors'), other);
      const run = await runZnn(repair, { cwd });
      expect(run.exitCode).toBe(1);
      expect(run.stderr).toBe(
        'znn: b.znn.safetensors: already exists and is not what the repair gives; --repair replaces nothing\n',
      );
      expect(readFileSync(path.join(cwd, 'b.znn.safetensors'))).toEqual(other);
    }
  });

  test('of a folder only what can be rebuilt is written, below the new one', async () => {
    const cwd = folderWithModel();
    await runZnn(['c', 'model', '--rm', '-q'], { cwd });
    const index = path.join(cwd, 'model', 'model.safetensors.index.json');
    const text = readFileSync(index, 'utf8');
    writeFileSync(index, text.replaceAll('.safetensors.znn', '.safetensors'));
    writeFileSync(path.join(cwd, 'model/text_encoder/x.znn.znn.safetensors'), BROKEN);
    writeFileSync(path.join(cwd, 'model', `${SHARDS[0]}.znn`), 'ZN');
    const before = filesIn(cwd);
    const run = await runZnn(['check', 'model', '--repair', '-o', 'new'], { cwd });
    expect(run.exitCode).toBe(3);
    expect(filesIn(path.join(cwd, 'new'))).toEqual([
      'model.safetensors.index.json',
      'text_encoder/x.znn.safetensors',
    ]);
    expect(readFileSync(path.join(cwd, 'new/model.safetensors.index.json'), 'utf8')).toBe(text);
    expect(filesIn(cwd).filter((name) => !name.startsWith('new/'))).toEqual(before);
  });

  test('to a folder that is there goes into it; several paths keep apart', async () => {
    const cwd = fileTree({ 'a/x.znn.safetensors': BROKEN, 'b/x.znn.safetensors': BROKEN, 'new/': '' });
    await runZnn(['check', 'a/x.znn.safetensors', '--repair', '-o', 'new'], { cwd });
    await runZnn(['check', 'a', 'b', '--repair', '-o', 'new'], { cwd });
    expect(filesIn(path.join(cwd, 'new'))).toEqual([
      'a/x.znn.safetensors',
      'b/x.znn.safetensors',
      'x.znn.safetensors',
    ]);
  });

  test.each([
    [['a', '-o', 'a/new'], 'lies inside the source folder'],
    [['a', '-o', 'models--org--x/blobs'], 'belongs to a Hugging Face cache, which must not change'],
    [
      ['a/x.znn.safetensors', 'b/x.znn.safetensors', '-o', 'new'],
      'both a/x.znn.safetensors and b/x.znn.safetensors would be',
    ],
  ])('%j is a usage error, with nothing written', async (args, message) => {
    const cwd = fileTree({ 'a/x.znn.safetensors': BROKEN, 'b/x.znn.safetensors': BROKEN });
    const before = filesIn(cwd);
    const run = await runZnn(['check', '--repair', ...args], { cwd });
    expect(run.exitCode).toBe(2);
    expect(linesOf(run.stderr)).toEqual([expect.stringContaining(message)]);
    expect(filesIn(cwd)).toEqual(before);
  });

  test('starts only where there is room, and says the figures', async () => {
    const cwd = fileTree({ 'a.znn.safetensors': BROKEN });
    const args = ['check', 'a.znn.safetensors', '--repair', '-o', 'b.znn.safetensors'];
    const run = await runZnn(args, { cwd, freeBytes: 1000 });
    expect(run.exitCode).toBe(1);
    expect(linesOf(run.stderr)).toEqual([
      expect.stringMatching(
        /^znn: .*free space: the outputs take [\d,]+ bytes or more, 1,000 bytes are free; make room/,
      ),
    ]);
    expect(filesIn(cwd)).toEqual(['a.znn.safetensors']);
  });

  test('without -o is a usage error', async () => {
    const run = await runZnn(['check', 'x', '--repair'], { cwd: fileTree({}) });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(linesOf(run.stderr)).toEqual([
      expect.stringContaining('--repair: name a new file or folder with -o'),
    ]);
  });
});

test('--json: an object for each file and folder, then a summary', async () => {
  const cwd = fileTree({ 'm/a.znn.safetensors': BROKEN, 'm/b.bin': 'x' });
  const [first, , folder, summary] = jsonLines(await runZnn(['check', 'm', '--json'], { cwd }));
  expect(first).toMatchObject({
    ...{ type: 'check', source: 'm/a.znn.safetensors', kind: 'zipnn', format: 'safetensors', tensorCount: 8 },
    findings: [
      { severity: 'defect', code: 'no-compressed-vectors', isRepairable: true },
      { severity: 'defect', code: 'no-format', isRepairable: true },
    ],
  });
  expect(folder).toEqual({ type: 'folder', source: 'm', kind: 'mixed' });
  expect(summary).toEqual({
    ...{ type: 'summary', verb: 'check', exitCode: 1, notes: [] },
    findings: { defect: 2, suspicion: 0, remark: 0 },
    files: { done: 2, failed: 0 },
  });
});

test('a missing path is exit code 1 and one line', async () => {
  const run = await runZnn(['check', 'none'], { cwd: fileTree({}) });
  expect(run.exitCode).toBe(1);
  expect(linesOf(run.stderr)).toEqual(['znn: none: stat: no such file or directory (ENOENT)']);
});

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { expectSameFiles } from '../support/same-files.js';
import { folderWithModel } from '../support/small-model.js';
import { linesOf, runZnn } from '../support/znn-process.js';

const LINE = '*.znn filter=lfs diff=lfs merge=lfs -text';

test('a folder with .gitattributes: its outputs are tracked, and the way back restores the file', async () => {
  const cwd = folderWithModel();
  writeFileSync(path.join(cwd, 'model/.gitattributes'), '*.safetensors filter=lfs diff=lfs merge=lfs -text');
  const there = await runZnn(['c', 'model', '-o', 'small'], { cwd });
  expect(there).toMatchObject({ exitCode: 0, stderr: '' });
  expect(there.stdout).toContain('rewrote model/.gitattributes -> small/.gitattributes\n');
  expect(linesOf(readFileSync(path.join(cwd, 'small/.gitattributes'), 'utf8'))).toEqual([
    '*.safetensors filter=lfs diff=lfs merge=lfs -text',
    expect.stringMatching(/^# .*znn/),
    LINE,
  ]);
  expect(await runZnn(['d', 'small', '-o', 'back'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  expectSameFiles(path.join(cwd, 'back'), path.join(cwd, 'model'));
});

test('--lfs makes one where there is none, and the way back leaves nothing', async () => {
  const cwd = folderWithModel();
  expect(await runZnn(['c', 'model', '-o', 'small', '--lfs'], { cwd })).toMatchObject({ exitCode: 0 });
  expect(readFileSync(path.join(cwd, 'small/.gitattributes'), 'utf8')).toContain(LINE);
  const back = await runZnn(['d', 'small', '-o', 'back'], { cwd });
  expect(back.stdout).toContain('skipped small/.gitattributes -> back/.gitattributes: nothing to do');
  expectSameFiles(path.join(cwd, 'back'), path.join(cwd, 'model'));
});

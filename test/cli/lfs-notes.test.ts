// Weights in a Git repository whose `.gitattributes` is above what is compressed: what Git LFS tracks must not become a plain blob.

import { execFileSync } from 'node:child_process';
import { appendFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { jsonLines, linesOf, runZnn } from '../support/znn-process.js';

const LFS = 'filter=lfs diff=lfs merge=lfs -text';
const weights = safetensorsFile(1, 1000);
const NAME = 'repo/unet/x.safetensors';
/** A repository with weights in a sub-folder, and what else is told. */
const repository = (files: Readonly<Record<string, string | Uint8Array>> = {}) =>
  fileTree({ 'repo/.git/HEAD': 'ref: refs/heads/main\n', [NAME]: weights, ...files });
const tracking = (...patterns: string[]) => patterns.map((pattern) => `${pattern} ${LFS}\n`).join('');
const ROOT = 'repo/.gitattributes';

async function notesOf(args: readonly string[], cwd: string): Promise<string[]> {
  const run = await runZnn(args, { cwd });
  expect(run.exitCode).toBe(0);
  return linesOf(run.stderr).filter((line) => line.includes('Git LFS'));
}

const noteOn = (output: string, line: string, file: string) =>
  `znn: note: ${output}: Git LFS tracks what it is made of, and will not track this; add the line '${line}' to ${file}`;

describe('a note says which line to add, and where', () => {
  test.each([
    ['a sub-folder, in place', ['compress', '--rm', 'repo/unet']],
    ['a file', ['compress', NAME]],
    ['a file, in a dry run', ['c', '--dry-run', NAME]],
    ['a folder beside it', ['c', 'repo/unet', '-o', 'repo/small']],
  ])('%s', async (_what, args) => {
    const cwd = repository({ [ROOT]: tracking('*.bin', '*.safetensors') });
    const output = args.includes('-o') ? 'repo/small/x.safetensors.znn' : `${NAME}.znn`;
    expect(await notesOf(args, cwd)).toEqual([noteOn(output, `*.znn ${LFS}`, path.join(cwd, ROOT))]);
  });

  test.each([
    [{ [ROOT]: '/unet/** filter=lfs\n/unet/*.znn !filter\n' }, ROOT, false],
    [{ [ROOT]: 'unet/*.safetensors filter=lfs\n' }, ROOT, true],
    [
      { [ROOT]: '*.bin -filter\n', 'repo/unet/.gitattributes': tracking('x.*s') },
      'repo/unet/.gitattributes',
      true,
    ],
    [{ [ROOT]: `[attr]big ${LFS}\n*.safetensors big\n` }, ROOT, true],
    [{ '.gitattributes': tracking('*') }, ROOT, false],
  ])('by %j', async (files, file, isNoted) => {
    const cwd = repository(files);
    const expected = isNoted ? [noteOn(`${NAME}.znn`, `*.znn ${LFS}`, path.join(cwd, file))] : [];
    expect(await notesOf(['c', NAME], cwd)).toEqual(expected);
  });

  test('once for all files of a kind; to programs too', async () => {
    const cwd = repository({ [ROOT]: tracking('*.safetensors'), 'repo/unet/y.safetensors': weights });
    const run = await runZnn(['c', 'repo/unet', '--json'], { cwd });
    expect(jsonLines(run).at(-1)?.notes).toEqual([
      expect.stringContaining(`${NAME}.znn (and 1 more): Git LFS tracks `),
    ]);
  });

  test('for a sub-folder with a file of its own, where the whole folder is compressed and has none', async () => {
    const cwd = repository({ 'repo/unet/.gitattributes': tracking('*.safetensors') });
    const [note, ...others] = await notesOf(['c', 'repo'], cwd);
    expect(others).toEqual([]);
    expect(note).toContain(`to ${path.join(cwd, 'repo/unet/.gitattributes')}`);
  });

  test('where .git is a file, as in a submodule and a worktree', async () => {
    const cwd = fileTree({ 'repo/.git': 'gitdir: ../x', [NAME]: weights, [ROOT]: tracking('*.safetensors') });
    expect(await notesOf(['c', NAME], cwd)).toHaveLength(1);
  });

  test('through a link to the folder', async () => {
    const cwd = repository({ [ROOT]: tracking('*.safetensors') });
    symlinkSync('repo/unet', path.join(cwd, 'link'));
    expect(await notesOf(['c', 'link'], cwd)).toHaveLength(1);
  });

  test('for the top of another repository, if the output goes there', async () => {
    const cwd = repository({ [ROOT]: tracking('*.safetensors'), 'other/.git/HEAD': 'x' });
    expect(await notesOf(['c', NAME, '-o', 'other/sub/x.znn'], cwd)).toEqual([
      noteOn('other/sub/x.znn', `*.znn ${LFS}`, path.join(cwd, 'other/.gitattributes')),
    ]);
  });

  test('on the way back, where the original is not tracked', async () => {
    const cwd = repository({ [ROOT]: tracking('*.znn') });
    await runZnn(['c', '--rm', NAME], { cwd });
    expect(await notesOf(['d', '--rm', 'repo/unet'], cwd)).toEqual([
      noteOn(NAME, `*.safetensors ${LFS}`, path.join(cwd, ROOT)),
    ]);
  });

  test('and the line does it, as Git has it', async () => {
    const cwd = repository({ [ROOT]: tracking('*.safetensors') });
    execFileSync('git', ['init', '-q'], { cwd: path.join(cwd, 'repo') });
    const [note = ''] = await notesOf(['c', 'repo/unet'], cwd);
    const [, line = '', file = ''] = /add the line '(.+)' to (.+)$/.exec(note) ?? [];
    appendFileSync(file, `${line}\n`);
    const check = ['check-attr', 'filter', 'unet/x.safetensors.znn'];
    expect(execFileSync('git', check, { cwd: path.join(cwd, 'repo'), encoding: 'utf8' })).toMatch(/: lfs\n$/);
    expect(await notesOf(['c', 'repo/unet'], cwd)).toEqual([]);
  });
});

describe('no note', () => {
  test.each([
    ['where no file says anything', {}, ['c', NAME]],
    ['where the source is not tracked', { [ROOT]: tracking('*.bin') }, ['c', NAME]],
    ['where the output is tracked', { [ROOT]: tracking('*.safetensors', '*.znn') }, ['c', NAME]],
    ['where everything is', { [ROOT]: tracking('*') }, ['c', 'repo/unet']],
    [
      'where the user says that it must not be',
      { [ROOT]: `${tracking('*.safetensors')}*.znn -filter\n` },
      ['c', NAME],
    ],
    ['where the run adds the line', { [ROOT]: tracking('*.safetensors') }, ['c', 'repo']],
    ['where it adds it elsewhere', { [ROOT]: tracking('*.safetensors') }, ['c', 'repo', '-o', 'repo2']],
    ['where --lfs has it added', { [ROOT]: tracking('*.safetensors') }, ['c', 'repo/unet', '--lfs']],
    [
      'for outputs that are called like their sources',
      { [ROOT]: tracking('*.safetensors') },
      ['c', NAME, '--format', 'safetensors'],
    ],
    [
      'for outputs outside of any repository',
      { [ROOT]: tracking('*.safetensors') },
      ['c', NAME, '-o', 'x.znn'],
    ],
  ])('%s', async (_why, files, args) => {
    expect(await notesOf(args, repository(files))).toEqual([]);
  });

  test('there and back: the original is tracked as before', async () => {
    const cwd = repository({ [ROOT]: tracking('*.safetensors', '*.znn') });
    await runZnn(['c', '--rm', 'repo/unet'], { cwd });
    expect(await notesOf(['d', '--rm', 'repo/unet'], cwd)).toEqual([]);
  });
});

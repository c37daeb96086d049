import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { compress } from '../../src/index.js';
import { fileTree } from '../support/file-tree.js';
import { linesOf, runZnn } from '../support/znn-process.js';

const env = { HOME: '/home/me', MODELS: '/data/models' };
const model = () => fileTree({ 'm/a.bin': 'x' });

describe('a path that the shell did not expand is a usage error that says what to type', () => {
  test.each([
    [['c', 'm', '--output=~/x'], '--output: the shell did not expand ~: type ~/x as a word of its own'],
    [
      ['c', 'm', '--output=~'],
      'the shell did not expand ~: type ~ as a word of its own and without quotes, or /home/me',
    ],
    [['c', 'm', '-o', '~/x'], 'or /home/me/x; if it is really called so, ./~/x'],
    [
      ['c', 'm', '-o', '~other/x'],
      'did not expand ~other: type ~other/x as a word of its own and without quotes; if',
    ],
    [
      ['c', 'm', '-o', '$HOME/x'],
      'did not expand $HOME: type "$HOME/x" in double quotes or without any, or /home/me/x;',
    ],
    [['c', 'm', '-o', `\${MODELS}/x`], `or /data/models/x; if it is really called so, ./\${MODELS}/x`],
    [['c', 'm', '-o', '/srv/$MODELS-small/x'], 'if it is really called so, /srv/./$MODELS-small/x'],
    [['c', 'm', '--base=~/x'], '--base: the shell did not expand ~'],
    [['verify', 'm', '--base', '$MODELS/x'], '--base: the shell did not expand $MODELS'],
    [['d', 'm', '--output=~/x'], '--output: the shell did not expand ~'],
    [['c', '~/m'], 'path: the shell did not expand ~: type ~/m'],
    [['c', 'm', '~/*.bin'], 'path: the shell did not expand ~: type ~/*.bin'],
    [['info', '$HOME/m'], 'path: the shell did not expand $HOME'],
    [['check', '~/m'], 'path: the shell did not expand ~'],
    [['check', 'm', '--repair', '--output=~/x'], '--output: the shell did not expand ~'],
    [['c', 'm', '--dry-run', '-o', '~/x'], '--output: the shell did not expand ~'],
  ])('%j', async (args, expected) => {
    const cwd = model();
    const run = await runZnn(args, { cwd, env });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(linesOf(run.stderr)).toEqual([expect.stringContaining(expected)]);
    expect(readdirSync(cwd)).toEqual(['m']);
  });
});

describe('as it stands goes', () => {
  test.each([
    [['c', 'm', '-o', './~/x'], '~/x/a.bin.znn'],
    [['c', 'm', '--output=./~me'], '~me/a.bin.znn'],
    [['c', 'm', '-o', './$HOME/x'], '$HOME/x/a.bin.znn'],
    [['c', 'm', '-o', 'sub/./$HOME/x'], 'sub/$HOME/x/a.bin.znn'],
    [['c', 'm', '-o', '$UNSET_BY_ALL/x'], '$UNSET_BY_ALL/x/a.bin.znn'],
    [['c', 'm', '-o', 'a~/x'], 'a~/x/a.bin.znn'],
    [['c', 'm', '-o', '$5'], '$5/a.bin.znn'],
  ])('%j', async (args, written) => {
    const cwd = model();
    expect(await runZnn(args, { cwd, env })).toMatchObject({ exitCode: 0 });
    expect(existsSync(path.join(cwd, written))).toBe(true);
  });

  test.each(['~/a.bin', '~me.bin', '$HOME.bin', `\${HOME}/a.bin`])(
    'a source %s that is there',
    async (name) => {
      const cwd = fileTree({ [name]: 'x' });
      expect(await runZnn(['c', name], { cwd, env })).toMatchObject({ exitCode: 0 });
      expect(existsSync(path.join(cwd, `${name}.znn`))).toBe(true);
    },
  );
});

test('the library says so too: nobody expands for it', async () => {
  const cwd = model();
  await expect(compress([path.join(cwd, 'm')], { outputPath: '~/x' })).rejects.toMatchObject({
    code: 'invalid-argument',
    message: expect.stringContaining('did not expand ~'),
  });
});

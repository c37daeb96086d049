import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn } from '../support/same-files.js';
import { folderWithModel, SHARDS } from '../support/small-model.js';
import { jsonLines, linesOf, runZnn } from '../support/znn-process.js';

describe('too little free space', () => {
  test.each([[['compress', 'model']], [['compress', 'model', '-o', 'small']], [['c', 'model', '--dry-run']]])(
    '%j: exit code 1, one line with the figures, nothing written',
    async (args) => {
      const cwd = folderWithModel();
      const before = filesIn(cwd);
      const run = await runZnn(args, { cwd, freeBytes: 100_000 });
      expect(run.exitCode).toBe(1);
      expect(linesOf(run.stderr).filter((line) => !line.startsWith('znn: note: '))).toEqual([
        expect.stringMatching(
          /^znn: .+: free space: the outputs take [\d,]+ bytes or more, 100,000 bytes are free; /,
        ),
      ]);
      expect(filesIn(cwd)).toEqual(before);
    },
  );

  test('it is a note where it may yet be enough, and nothing with --no-space-check', async () => {
    const cwd = folderWithModel();
    const noted = await runZnn(['c', 'model', '-o', 'one', '--json'], { cwd, freeBytes: 1_900_000 });
    expect(noted).toMatchObject({ exitCode: 0, stderr: '' });
    expect(jsonLines(noted).at(-1)?.notes).toEqual([expect.stringContaining('1,900,000 bytes are free')]);
    const told = await runZnn(['c', 'model', '-o', 'two', '--no-space-check'], { cwd, freeBytes: 1 });
    expect(told).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('--rm=each', () => {
  test('there and back', async () => {
    const cwd = folderWithModel();
    const before = filesIn(cwd);
    const there = await runZnn(['c', '--rm=each', 'model'], { cwd, freeBytes: 1_300_000 });
    expect(there.exitCode).toBe(0);
    expect(there.stdout.match(/, source removed$/gm)).toHaveLength(SHARDS.length);
    expect(await runZnn(['d', '--rm=each', 'model'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(filesIn(cwd)).toEqual(before);
  });

  test('a file that fails keeps its source, the others are gone', async () => {
    const cwd = folderWithModel();
    writeFileSync(path.join(cwd, 'model', `${SHARDS[1]}.znn`), 'in the way');
    const run = await runZnn(['c', 'model', '--rm=each'], { cwd });
    expect(run.exitCode).toBe(1);
    const left = filesIn(path.join(cwd, 'model')).filter((name) => name.endsWith('.safetensors'));
    expect(left).toEqual([SHARDS[1]]);
  });

  test.each(['--rm=all', '--rm=', '--rm=each=x'])('%s is a usage error', async (flag) => {
    const run = await runZnn(['c', flag, 'model'], { cwd: folderWithModel() });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(linesOf(run.stderr)).toEqual([expect.stringContaining('--rm')]);
  });

  test('after -- it is a path', async () => {
    const run = await runZnn(['c', '--', '--rm=each'], { cwd: folderWithModel() });
    expect(run.stderr).toContain('znn: --rm=each: stat: no such file');
  });
});

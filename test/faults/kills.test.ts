// A few of the kills of `npm run test:slow`, which does hundreds, and whether its checks can fail.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { breaches, unfinished } from '../../scripts/kills/contract.js';

test('runs killed at random moments: nothing lost, and the next run finishes the job', () => {
  const script = fileURLToPath(new URL('../../scripts/kill-test.js', import.meta.url));
  const output = execFileSync(process.execPath, [script, '--kills', '12', '--signals', '2'], {
    encoding: 'utf8',
  });
  expect(output).toContain('18 passed, 0 failed');
}, 300_000);

describe('a contract that was broken is found out:', () => {
  const before = { 'a.bin': 'A', 'b.bin': 'B' };
  const kept = { ...before, 'a.bin.znn': 'a', 'b.bin.znn': 'b' };
  const moved = { 'a.bin.znn': 'a', 'b.bin.znn': 'b' };
  const nothing = { before, after: kept, removes: 'nothing' } as const;
  const together = { before, after: moved, removes: 'together' } as const;
  const each = { before, after: moved, removes: 'each' } as const;
  const killed = { exitCode: null, endedBy: 'SIGKILL', stderr: '', stopMs: 1 } as const;
  const temporary = '.a.bin.znn.host-1-00000000-00000000.znn-tmp';

  test.each([
    ['half an output', nothing, { ...before, 'a.bin.znn': 'half' }, 'a.bin.znn is neither old nor complete'],
    ['a changed source', nothing, { ...before, 'a.bin': 'X' }, 'a.bin is neither old nor complete'],
    ['a source that went without --rm', nothing, moved, 'a.bin is lost'],
    [
      'one that went before all outputs were there',
      together,
      { 'a.bin.znn': 'a', 'b.bin': 'B' },
      'a.bin is lost',
    ],
    ['one that went before its own was', each, { 'b.bin': 'B', 'b.bin.znn': 'b' }, 'a.bin is lost'],
  ])('%s', (_, expected, tree, problem) => {
    expect(breaches(killed, 'SIGKILL', tree as Record<string, string>, expected)).toContain(problem);
  });

  test.each([
    [{ ...killed, exitCode: 0, endedBy: null }, before, /^exit code 0, but the job is not done/],
    [{ ...killed, exitCode: 130, endedBy: null }, { ...before, [temporary]: 't' }, / is left$/],
    [{ ...killed, exitCode: 1, endedBy: null, stderr: 'znn: x: y\n' }, before, /^exit code 1$/],
    [{ ...killed, exitCode: 130, endedBy: null, stderr: 'a\nb\n' }, before, /^stderr: /],
    [{ ...killed, exitCode: 130, endedBy: null, stopMs: 5000 }, before, /^took 5000 ms to stop$/],
  ])('after SIGINT: %j', (end, tree, problem) => {
    expect(breaches(end, 'SIGINT', tree, nothing)).toEqual(
      expect.arrayContaining([expect.stringMatching(problem)]),
    );
  });

  test('a next run that does not finish the job, fails, or leaves a temporary file', () => {
    const done = { ...killed, exitCode: 0, endedBy: null };
    expect(unfinished(done, before, { ...kept, [temporary]: 't' }, nothing)).toHaveLength(1);
    expect(unfinished({ ...done, exitCode: 1 }, before, before, nothing)).toHaveLength(2);
  });

  test('and what holds is not', () => {
    for (const tree of [before, { ...before, [temporary]: 't' }, kept])
      expect(breaches(killed, 'SIGKILL', tree, nothing)).toEqual([]);
    for (const tree of [before, kept, { ...moved, 'b.bin': 'B' }, moved])
      expect(breaches(killed, 'SIGKILL', tree, together)).toEqual([]);
    expect(breaches(killed, 'SIGKILL', { 'a.bin.znn': 'a', 'b.bin': 'B' }, each)).toEqual([]);
  });
});

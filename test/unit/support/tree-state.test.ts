// Which folders a walk takes for the same.

import {
  appendFileSync,
  chmodSync,
  linkSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileTree } from '../../support/file-tree.js';
import { stateOf } from '../../support/tree-state.js';

const TEMPORARY = '.a.bin.znn.host-1-00000000-0000000a.znn-tmp';
const OTHER_TEMPORARY = '.a.bin.znn.host-1-00000000-0000000b.znn-tmp';
const OTHER_RUN = '.a.bin.znn.host-2-00000000-0000000a.znn-tmp';
/** Of the template. */
const OLD_SECONDS = 1_500_000_000;
const origins = new Set([BigInt(OLD_SECONDS) * 1_000_000_000n]);
/** Two moments of one run, and of another. */
const [MOMENTS, LATER_MOMENTS] = [
  [1_600_000_000, 1_600_000_001],
  [1_700_000_000, 1_700_000_009],
] as const;

/** What a step may leave: a source of the template, an output that has its time, two files of now. */
function folder([first, second]: readonly [number, number] = MOMENTS): string {
  const root = fileTree({ 'a.bin': 'a', 'a.bin.znn': 'z', [TEMPORARY]: 't', 'sub/b.bin': 'b' });
  symlinkSync('a.bin', path.join(root, 'link'));
  for (const name of ['a.bin', 'a.bin.znn']) utimesSync(path.join(root, name), OLD_SECONDS, OLD_SECONDS);
  utimesSync(path.join(root, TEMPORARY), first, first);
  utimesSync(path.join(root, 'sub/b.bin'), second, second);
  return root;
}

const keyOf = (root: string) => stateOf(root, origins).key;

describe('the same', () => {
  test('the same files at another time', () => {
    expect(keyOf(folder(LATER_MOMENTS))).toBe(keyOf(folder()));
  });

  test('an unfinished output of the same run, whose random name is another', () => {
    const root = folder();
    renameSync(path.join(root, TEMPORARY), path.join(root, OTHER_TEMPORARY));
    expect(keyOf(root)).toBe(keyOf(folder()));
  });
});

describe('not the same', () => {
  test.each<[string, (at: (name: string) => string) => void]>([
    [
      'another content',
      (at) => {
        appendFileSync(at('a.bin'), 'x');
        utimesSync(at('a.bin'), OLD_SECONDS, OLD_SECONDS);
      },
    ],
    ['a file less', (at) => unlinkSync(at('a.bin.znn'))],
    ['an unfinished output of another run', (at) => renameSync(at(TEMPORARY), at(OTHER_RUN))],
    ['another mode', (at) => chmodSync(at('a.bin'), 0o600)],
    [
      'an output of now, no longer of the time of its source',
      (at) => utimesSync(at('a.bin.znn'), 1_600_000_000.5, 1_600_000_000.5),
    ],
    ['an output two microseconds off', (at) => utimesSync(at('a.bin.znn'), OLD_SECONDS, OLD_SECONDS + 2e-6)],
    [
      'two times of now that are one',
      (at) => utimesSync(at('sub/b.bin'), ...([MOMENTS[0], MOMENTS[0]] as const)),
    ],
    [
      'a link to elsewhere',
      (at) => {
        unlinkSync(at('link'));
        symlinkSync('sub/b.bin', at('link'));
      },
    ],
    [
      'a second name',
      (at) => {
        unlinkSync(at('a.bin.znn'));
        renameSync(at(TEMPORARY), at('a.bin.znn'));
        linkSync(at('a.bin.znn'), at(TEMPORARY));
      },
    ],
  ])('%s', (_, change) => {
    const root = folder();
    change((name) => path.join(root, name));
    expect(keyOf(root)).not.toBe(keyOf(folder()));
  });
});

test('the tree is each file and what each link leads to, by content', () => {
  const root = folder();
  const { tree } = stateOf(root, origins);
  expect(Object.keys(tree)).toEqual([TEMPORARY, 'a.bin', 'a.bin.znn', 'link', 'sub/b.bin']);
  expect(tree.link).toBe(tree['a.bin']);
  unlinkSync(path.join(root, 'a.bin'));
  expect(stateOf(root, origins).tree.link).toBe('a link to nothing');
  appendFileSync(path.join(root, 'sub/b.bin'), 'x');
  expect(stateOf(root, origins).tree['sub/b.bin']).not.toBe(tree['sub/b.bin']);
});

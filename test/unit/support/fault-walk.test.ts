// The walk runs the second command once in each state that first ones leave. Here it is held against a walk that runs it
// after every step, with the product as it is and with a fault planted in it.

import path from 'node:path';
import { expect, test } from 'vitest';
import { breaches } from '../../support/contract.js';
import { type Tree, type WalkStep, walkFaults } from '../../support/fault-walk.js';
import { fileTree } from '../../support/file-tree.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const JOB = { verb: 'compress', paths: ['model'], flags: { rm: true }, stride: 1 } as const;
const FAULTS = {
  'EIO once': { mode: 'once', error: 'EIO' },
  'EROFS from then on': { mode: 'from', error: 'EROFS', members: ['writeSync', 'linkSync', 'unlinkSync'] },
} as const;

/** The breaches of a walk that runs each second command, after one that does not has shown the same steps. */
async function breachesBothWays(fault: (typeof FAULTS)[keyof typeof FAULTS], preload?: string) {
  const templateFolder = fileTree({ 'model/a.bin': 'aaa' });
  const workFolder = path.join(temporaryFolder(), 'work');
  const job = { ...JOB, fault, templateFolder, workFolder, ...(preload !== undefined && { preload }) };
  const remembered = await walkFaults(job);
  const each = await walkFaults({ ...job, runsEachAgain: true });
  expect(comparable(remembered)).toEqual(comparable(each));
  const [clean] = each;
  if (clean === undefined) throw new Error('no step');
  const trees = { workFolder, before: clean.before, after: clean.tree, settled: clean.again.tree };
  const settings = { mayLeaveTemporaries: fault.mode === 'from', secondsMax: 60 };
  return { steps: each, found: each.slice(1).map((step) => breaches(step, trees, settings)) };
}

/** Everything but how long it took, and what names of unfinished outputs say of the process. */
function comparable(steps: readonly WalkStep[]): unknown {
  const withoutTimes = steps.map(({ ms: _, again: { ms: __, ...again }, ...step }) => ({ ...step, again }));
  const text = JSON.stringify(withoutTimes)
    .replaceAll(/-\d+(-[0-9a-f]{8}){2}\.znn-tmp/g, '.znn-tmp')
    .replaceAll(/[\d.]+ s, [\d.]+ GB\/s/g, 'S');
  return JSON.parse(text);
}

test.each(Object.entries(FAULTS))(
  '%s: a walk that remembers sees what one sees that runs all',
  async (_, fault) => {
    const { steps, found } = await breachesBothWays(fault);
    expect(steps.length).toBeGreaterThan(4);
    expect(found.flat()).toEqual([]);
  },
);

test.each(Object.entries(FAULTS))(
  '%s: a fault that only second runs show is found at each step',
  async (_, fault) => {
    const { steps, found } = await breachesBothWays(fault, 'planted-fault.js');
    const isHalfDone = (tree: Tree) => Object.keys(tree).some((name) => `${name}.znn` in tree);
    const halfDone = steps.slice(1).map(({ tree }) => isHalfDone(tree));
    expect(halfDone.filter(Boolean).length).toBeGreaterThan(1);
    expect(found.map((each) => each.some((line) => line.includes('the next run')))).toEqual(halfDone);
  },
);

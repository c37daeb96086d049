import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { toZnnError } from '../../../src/errors.js';
import { OUTPUT_SLOTS, type Output, PendingOutputs } from '../../../src/pool/encode/pending-outputs.js';
import { JobControl } from '../../../src/pool/job/job-control.js';
import type { CompressJob } from '../../../src/pool/job/protocol.js';
import { doAll } from '../../../src/pool/job/steps.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** Two threads of one job, as two views of its memory. */
function twoThreads() {
  const targetPath = path.join(temporaryFolder(), 'target');
  const targetFd = openSync(targetPath, 'w+');
  const job: CompressJob = { kind: 'compress', sourceFd: 0, targetFd, frames: [], hasFrameIndex: false };
  const control = JobControl.create(job);
  const threads = [control, new JobControl(control.shared, job)].map((each) => new PendingOutputs(job, each));
  const written = () => readFileSync(targetPath, 'latin1');
  const [one, other] = threads as [PendingOutputs, PendingOutputs];
  return { control, one, other, written, close: () => closeSync(targetFd) };
}

const output = (unitIndex: number, text: string, places: number[] = []): Output => ({
  unitIndex,
  encodedBytes: text.length,
  parts: [Buffer.from(text, 'latin1')],
  onWritten: (offset) => places.push(offset),
  nameError: (thrown) => toZnnError(thrown, { frame: unitIndex }),
});

test('a thread that is too early keeps its output until the one before is placed', () => {
  const { one, other, written, close } = twoThreads();
  const places: number[] = [];
  doAll(other.add(output(1, 'second', places)));
  expect([written(), other.slot]).toEqual(['', 1]);
  doAll(one.add(output(0, 'first,', places)));
  expect(written()).toBe('first,');
  doAll(other.flush());
  expect([written(), places]).toEqual(['first,second', [0, 6]]);
  close();
});

test('an output waits while another thread writes, and its slot is the one that comes around', () => {
  const { control, one, written, close } = twoThreads();
  doAll(control.writeAlone(() => doAll(one.add(output(0, 'a')))));
  expect([written(), one.slot]).toEqual(['', 1]);
  doAll(one.add(output(1, 'b')));
  expect([written(), one.slot]).toEqual(['ab', 2 % OUTPUT_SLOTS]);
  close();
});

test('an aborted job ends the waiting', () => {
  const { control, other, written, close } = twoThreads();
  doAll(other.add(output(1, 'too early')));
  control.abort();
  doAll(other.flush());
  expect(written()).toBe('');
  close();
});

test('an error names the frame whose output it is, not the one at hand', () => {
  const { one, other, close } = twoThreads();
  doAll(other.add(output(1, 'kept')));
  doAll(one.add(output(0, 'first')));
  close();
  expect(() => doAll(other.flush())).toThrow(
    expect.objectContaining({ where: expect.objectContaining({ frame: 1 }) }),
  );
});

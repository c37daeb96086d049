import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { JobControl } from '../../../src/pool/job/job-control.js';
import type { DecompressJob } from '../../../src/pool/job/protocol.js';
import { doAll } from '../../../src/pool/job/steps.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const job: DecompressJob = { kind: 'decompress', sourceFd: 0, frames: [] };
const distUrl = (module: string) => new URL(`../../../dist/pool/${module}`, import.meta.url).href;

test('one thread at a time writes, and none of them waits in vain', () => {
  const cwd = temporaryFolder();
  // Each adds to a counter in two steps, which is lost where two do it at once. A wake-up that is lost costs 100 ms.
  const program = `
    import { isMainThread, Worker, workerData } from 'node:worker_threads';
    import { JobControl } from '${distUrl('job/job-control.js')}';
    import { doAll } from '${distUrl('job/steps.js')}';
    const job = ${JSON.stringify(job)};
    if (isMainThread) {
      const { shared } = JobControl.create(job);
      const counter = new Int32Array(new SharedArrayBuffer(8));
      let running = 3;
      for (let i = 0; i < 3; i++) {
        const worker = new Worker(new URL(import.meta.url), { workerData: { shared, counter } });
        worker.on('exit', () => { if (--running === 0) console.log(JSON.stringify([...counter])); });
      }
    } else {
      const control = new JobControl(workerData.shared, job);
      for (let i = 0; i < 5000; i++) {
        const start = performance.now();
        doAll(control.writeAlone(() => {
          const value = workerData.counter[0];
          for (let step = 0; step < (i % 7) * 300; step++) Math.sqrt(step);
          workerData.counter[0] = value + 1;
        }));
        if (performance.now() - start > 90) Atomics.add(workerData.counter, 1, 1);
      }
    }`;
  writeFileSync(path.join(cwd, 'threads.mjs'), program);
  const output = execFileSync(process.execPath, ['threads.mjs'], { cwd, encoding: 'utf8', timeout: 60_000 });
  const [count, slowCount] = JSON.parse(output) as [number, number];
  expect(count).toBe(15_000);
  // A loaded machine may keep a thread from running for so long, but not often.
  expect(slowCount).toBeLessThan(100);
});

test('a thread that waits to write gives up when the job is aborted', () => {
  const control = JobControl.create(job);
  const other = new JobControl(control.shared, job);
  let isWritten = false;
  const write = other.writeAlone(() => {
    isWritten = true;
  });
  doAll(
    control.writeAlone(() => {
      control.abort();
      doAll(write);
    }),
  );
  expect(isWritten).toBe(false);
});

test('a write that throws lets the next one go ahead', () => {
  const control = JobControl.create(job);
  const failing = control.writeAlone(() => {
    throw new Error('disk full');
  });
  expect(() => doAll(failing)).toThrow('disk full');
  let isWritten = false;
  const next = control.writeAlone(() => {
    isWritten = true;
  });
  doAll(next);
  expect(isWritten).toBe(true);
});

// Bundled into one file by bare.js: `node FILE JOB_FILE SOURCE TARGET` does to SOURCE what znn's threads do to it, on as many threads,
// and nothing else: the same kernels, the same reads and writes, from a plan that lies ready.
import { ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { instantiateKernels } from '../../dist/codec/kernels.js';
import { JobControl } from '../../dist/pool/job/job-control.js';
import { shareJob } from '../../dist/pool/job/share.js';
import { doAll } from '../../dist/pool/job/steps.js';

/** @typedef {import('../../src/pool/job/protocol.js').Job} Job */
/** @typedef {{ module: WebAssembly.Module, job: Job, shared: SharedArrayBuffer }} Share */
/**
 * What lies ready, as JSON; a BigInt as its digits and an n.
 * @typedef {object} ReadyJob
 * @property {string} kernels where kernels.wasm is
 * @property {any} job without its files
 * @property {number} targetBytes of the whole target
 * @property {string} ending base64 of what follows the frames
 */

/** @param {Share} share */
function work({ module, job, shared }) {
  doAll(shareJob(instantiateKernels(module), job, new JobControl(shared, job)));
}

function main() {
  const [jobFile = '', sourcePath = '', targetPath = ''] = process.argv.slice(2);
  const toBigInt = (/** @type {string} */ _key, /** @type {unknown} */ value) =>
    typeof value === 'string' && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;
  /** @type {ReadyJob} */
  const ready = JSON.parse(readFileSync(jobFile, 'utf8'), toBigInt);
  const targetFd = openSync(targetPath, 'w+');
  const job = { ...ready.job, sourceFd: openSync(sourcePath, 'r'), targetFd };
  const module = new WebAssembly.Module(readFileSync(ready.kernels));
  const control = JobControl.create(job);
  const share = { module, job, shared: control.shared };
  let running = os.availableParallelism() - 1;
  const finish = () => {
    if (ready.ending !== '')
      writeSync(targetFd, Buffer.from(ready.ending, 'base64'), 0, null, control.encodedBytes());
  };
  for (let index = running; index > 0; index--) {
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.once('exit', () => {
      running--;
      if (running === 0) finish();
    });
  }
  ftruncateSync(targetFd, ready.targetBytes);
  work(share);
  if (running === 0) finish();
}

if (isMainThread) main();
else {
  // Here, since a thread takes longer to start once a flag is changed.
  setFlagsFromString('--no-liftoff');
  work(workerData);
}

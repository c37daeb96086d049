// A worker thread: takes its share of one job after the other.

import { parentPort, workerData } from 'node:worker_threads';
import { instantiateKernels } from '../codec/kernels.js';
import { JobControl } from './job/job-control.js';
import { packError, type ToWorker, type WorkerData, type WorkerReport } from './job/protocol.js';
import { shareJob } from './job/share.js';
import { doAll } from './job/steps.js';

const kernels = instantiateKernels((workerData as WorkerData).module);

parentPort?.on('message', ({ jobId, job, shared }: ToWorker) => {
  const report: WorkerReport = { jobId };
  try {
    doAll(shareJob(kernels, job, new JobControl(shared, job)));
    parentPort?.postMessage(report);
  } catch (error) {
    parentPort?.postMessage({ ...report, error: packError(error) } satisfies WorkerReport);
  }
});

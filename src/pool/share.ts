import type { Kernels } from '../codec/kernels.js';
import { shareCompressJob } from './compress-share.js';
import { shareDecompressJob } from './decompress-share.js';
import type { JobControl } from './job-control.js';
import type { Job } from './protocol.js';

/** Works on the job until it is finished or aborted, beside any number of other threads.
 * When it throws, the others are told to stop. */
export function shareJob(kernels: Kernels, job: Job, control: JobControl): void {
  try {
    if (job.kind === 'compress') shareCompressJob(kernels, job, control);
    else shareDecompressJob(kernels, job, control);
  } catch (error) {
    control.abort();
    throw error;
  }
}

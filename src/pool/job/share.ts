import type { Kernels } from '../../codec/kernels.js';
import { shareDecompressJob } from '../decode/decompress-share.js';
import { shareCompressJob } from '../encode/compress-share.js';
import type { JobControl } from './job-control.js';
import type { Job } from './protocol.js';
import type { Steps } from './steps.js';

/** Works on the job until it is finished or aborted, beside any number of other threads.
 * When it throws, the others are told to stop. The kernels' memory belongs to it until it ends. */
export function* shareJob(kernels: Kernels, job: Job, control: JobControl): Steps {
  try {
    if (job.kind === 'compress') yield* shareCompressJob(kernels, job, control);
    else yield* shareDecompressJob(kernels, job, control);
  } catch (error) {
    control.abort();
    throw error;
  }
}

import { instantiateKernels, type Kernels } from '../codec/kernels.js';
import { compileKernels } from '../io/kernels-file.js';
import { JobControl } from './job/job-control.js';
import type { Job } from './job/protocol.js';
import { shareJob } from './job/share.js';
import { doInTurns } from './job/steps.js';

/** A step takes some 3 ms. One that takes this long waits for a slow disk or network, and a key pressed meanwhile waits too. */
const SLOW_TURN_MS = 250;

/** The calling thread as one of those that share jobs: a worker less to start, which takes a processor 28 ms. */
export class CallingThread {
  /** Kernels of its own: a share's memory is not to be touched between its steps, when the thread does other things. */
  private kernels: Kernels | undefined;
  private lastShare: Promise<void> = Promise.resolve();
  private hasLeft = false;

  /** Whether it takes shares. Not for good: where files are slow, it has to be free for signals, and leaves the work to workers. */
  get isAvailable(): boolean {
    return !this.hasLeft;
  }

  /** Takes its share of a job, once it is done with those before. Resolves, or rejects with what went wrong, when it has let go of
   * the job's files; if it is not available any more by then, units may be left. */
  share(job: Job, shared: SharedArrayBuffer): Promise<void> {
    const share = this.lastShare.then(() => this.shareNow(job, new JobControl(shared, job)));
    this.lastShare = share.catch(() => undefined);
    return share;
  }

  private async shareNow(job: Job, control: JobControl): Promise<void> {
    if (this.hasLeft) return;
    this.kernels ??= instantiateKernels(compileKernels());
    await doInTurns(shareJob(this.kernels, job, control), (turnMs) => {
      if (turnMs < SLOW_TURN_MS) return;
      this.hasLeft = true;
      control.leave();
    });
  }
}

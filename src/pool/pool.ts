import { checksumOf } from '../codec/checksum.js';
import { expectedShareOf } from '../codec/encode/choose-encoding.js';
import { instantiateKernels, type Kernels } from '../codec/kernels.js';
import { toZnnError, ZnnError } from '../errors.js';
import type { DecodeFrame } from '../format/frame/frames.js';
import { compileKernels } from '../io/kernels-file.js';
import { CallingThread } from './calling-thread.js';
import { decodeInOrder } from './decode/decode-in-order.js';
import { JobControl } from './job/job-control.js';
import type {
  CompressJob,
  CompressResult,
  DecompressJob,
  DecompressResult,
  Job,
  JobHooks,
  JobRunner,
  ToWorker,
} from './job/protocol.js';
import { shareJob } from './job/share.js';
import { doAll } from './job/steps.js';
import { watchSignal, watchStall } from './stop-job.js';
import type { WorkerThread } from './worker-thread.js';

/** Jobs up to this size run on the calling thread, as long as they add up to no more than INLINE_TOTAL_BYTES: starting
 * workers costs as much as decoding some 50 MB. */
const INLINE_JOB_BYTES = 8 << 20;
const INLINE_TOTAL_BYTES = 32 << 20;

const PROGRESS_INTERVAL_MS = 100;
/** Workers that finish nothing for so long hang: a few MiB take milliseconds, and a slow network share seconds. */
const STALL_MS = 600_000;

export interface PoolOptions {
  readonly threads: number;
  /** The calling thread is one of them. Its event loop gets a turn every few milliseconds while a job runs, so it should have little
   * else to do. */
  readonly usesCallingThread?: boolean;
  /** When nothing is finished in any job for so long, all jobs fail. */
  readonly stallMs?: number;
}

/** A runner on up to `threads` threads, whose workers are started when a job first needs them. */
export function createJobRunner({
  threads,
  usesCallingThread = false,
  stallMs = STALL_MS,
}: PoolOptions): JobRunner {
  return new Pool(threads, usesCallingThread ? new CallingThread() : undefined, stallMs);
}

class Pool implements JobRunner {
  private kernels: Kernels | undefined;
  private workers: WorkerThread[] = [];
  /** Jobs that workers have a share of or will have, since each worker takes one after the other. */
  private readonly running = new Set<JobControl>();
  /** Raw bytes of the jobs that are no longer running. */
  private endedBytes = 0;
  private inlineBytes = 0;
  private jobCount = 0;

  constructor(
    private readonly threads: number,
    private readonly callingThread: CallingThread | undefined,
    private readonly stallMs: number,
  ) {}

  async compress(job: CompressJob, hooks: JobHooks = {}): Promise<CompressResult> {
    const control = await this.run(job, hooks);
    const frames = job.frames.map((_, frameIndex) => control.records.frame(frameIndex));
    return { frames, encodedBytes: control.encodedBytes() };
  }

  async decompress(job: DecompressJob, hooks: JobHooks = {}): Promise<DecompressResult> {
    const control = await this.run(job, hooks);
    return { rawBytes: control.doneBytes() };
  }

  checksum(bytes: Uint8Array): bigint {
    return checksumOf(this.ownKernels(), bytes);
  }

  expectedShare(content: Uint8Array): number {
    return expectedShareOf(this.ownKernels(), content);
  }

  decodeInOrder(sourceFd: number, frames: readonly DecodeFrame[], baseFd?: number): Iterable<Uint8Array> {
    return decodeInOrder(this.ownKernels(), sourceFd, frames, baseFd);
  }

  close(): void {
    for (const worker of this.workers) worker.end();
    this.workers = [];
  }

  private async run(job: Job, hooks: JobHooks): Promise<JobControl> {
    hooks.signal?.throwIfAborted();
    const control = JobControl.create(job);
    const jobBytes = job.frames.reduce((sum, frame) => sum + frame.rawBytes, 0);
    if (this.runsInline(jobBytes)) {
      // Signals and timers get a turn between small jobs.
      await new Promise((resolve) => setImmediate(resolve));
      hooks.signal?.throwIfAborted();
      doAll(shareJob(this.ownKernels(), job, control));
      hooks.onProgress?.(jobBytes);
    } else {
      await this.runOnThreads(job, control, hooks);
    }
    assertComplete(control, jobBytes);
    return control;
  }

  private runsInline(jobBytes: number): boolean {
    if (jobBytes > INLINE_JOB_BYTES || this.workers.length > 0) return false;
    this.inlineBytes += jobBytes;
    return this.inlineBytes <= INLINE_TOTAL_BYTES || this.threads === 1;
  }

  private ownKernels(): Kernels {
    this.kernels ??= instantiateKernels(compileKernels());
    return this.kernels;
  }

  /** Waits for every thread, then reports the first failure. */
  private async runOnThreads(job: Job, control: JobControl, hooks: JobHooks): Promise<void> {
    const workers = await this.liveWorkers();
    hooks.signal?.throwIfAborted();
    const message = { jobId: this.jobCount++, job, shared: control.shared };
    const progress = setInterval(() => hooks.onProgress?.(control.doneBytes()), PROGRESS_INTERVAL_MS);
    const failures: ZnnError[] = [];
    const endWorkers = () => {
      for (const worker of this.workers) void worker.terminate();
    };
    this.running.add(control);
    const stopWatching = watchSignal(hooks.signal, control, endWorkers);
    const stopStallWatch = watchStall(
      () => this.doneBytes(),
      this.stallMs,
      (error) => {
        failures.push(error);
        control.abort();
        endWorkers();
      },
    );
    try {
      const shares = workers.map((worker) => worker.share(message));
      // Also where it is not available any more: it may have left since the workers were counted.
      if (this.callingThread !== undefined)
        shares.push(this.shareHere(this.callingThread, message, workers, control));
      const failed = (error: unknown) => {
        control.abort();
        failures.push(toZnnError(error));
      };
      await Promise.all(shares.map((share) => share.catch(failed)));
      hooks.signal?.throwIfAborted();
      if (failures[0] !== undefined) throw failures[0];
      hooks.onProgress?.(control.doneBytes());
    } finally {
      clearInterval(progress);
      stopWatching();
      stopStallWatch();
      this.running.delete(control);
      this.endedBytes += control.doneBytes();
    }
  }

  /** The calling thread's share; if it leaves, or has left, a worker takes its place, which `others` are not. */
  private async shareHere(
    callingThread: CallingThread,
    message: ToWorker,
    others: readonly WorkerThread[],
    control: JobControl,
  ): Promise<void> {
    await callingThread.share(message.job, message.shared);
    if (callingThread.isAvailable || control.isAborted()) return;
    const workers = await this.liveWorkers();
    await Promise.all(
      workers.filter((worker) => !others.includes(worker)).map((worker) => worker.share(message)),
    );
  }

  /** Grows as long as any worker finishes anything, in whichever job. */
  private doneBytes(): number {
    return [...this.running].reduce((sum, control) => sum + control.doneBytes(), this.endedBytes);
  }

  /** All workers, with a new one in the place of each that died. What it takes to start one is loaded only here: a run on
   * small files has no use for it. */
  private async liveWorkers(): Promise<readonly WorkerThread[]> {
    const { takeWorkers } = await import('./spare-workers.js');
    const live = this.workers.filter((worker) => worker.isAlive);
    const workerCount = this.callingThread?.isAvailable ? this.threads - 1 : this.threads;
    this.workers = [...live, ...takeWorkers(workerCount - live.length)];
    return this.workers;
  }
}

/** Frames that no thread took must not pass for frames that are done, whatever went wrong in sharing them out. */
function assertComplete(control: JobControl, jobBytes: number): void {
  const doneBytes = control.doneBytes();
  if (doneBytes !== jobBytes)
    throw new ZnnError('io', `job: ended with ${doneBytes} of ${jobBytes} bytes done`);
}

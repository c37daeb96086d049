import { Worker } from 'node:worker_threads';
import { toZnnError, ZnnError } from '../errors.js';
import { type ToWorker, unpackError, type WorkerData, type WorkerReport } from './job/protocol.js';

// From dist/ also when this file runs as source, under a test runner: a thread can only start from built code.
const WORKER_URL = new URL('../../dist/pool/worker.cjs', import.meta.url);

/** What a worker makes is short-lived: left to itself, V8 lets several times this pile up in files of many frames. */
const YOUNG_GENERATION_MB = 6;

interface Pending {
  resolve(): void;
  reject(error: ZnnError): void;
}

/** One worker and the jobs that it owes an answer for. */
export class WorkerThread {
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private crash: ZnnError | undefined;
  private readonly exited: Promise<void>;
  private hasExited = false;

  constructor(workerData: WorkerData) {
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB };
    this.worker = new Worker(WORKER_URL, { workerData, resourceLimits });
    this.worker.on('message', (report: WorkerReport) => this.settle(report));
    // The value may be anything that was thrown. The thread still runs until 'exit'.
    this.worker.on('error', (thrown) => {
      this.crash = new ZnnError('io', `worker: ${toZnnError(thrown).message}`, {}, thrown);
    });
    this.exited = new Promise((resolve) => {
      this.worker.on('exit', (exitCode) => {
        this.hasExited = true;
        const error = this.crash ?? new ZnnError('io', `worker: exited with code ${exitCode} in mid-work`);
        for (const { reject } of this.pending.values()) reject(error);
        this.pending.clear();
        resolve();
      });
    });
  }

  /** Calls `action` once the thread has started. */
  whenStarted(action: () => void): void {
    this.worker.once('online', action);
  }

  /** The process may end while this worker waits for work. */
  letProcessEnd(): void {
    this.worker.unref();
  }

  keepProcess(): void {
    this.worker.ref();
  }

  get isAlive(): boolean {
    return !this.hasExited && this.crash === undefined;
  }

  /** Resolves when the worker's share is done; rejects when it failed or the thread ended. Either way the worker touches
   * the job's files no more. */
  share(message: ToWorker): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.hasExited) {
        reject(this.crash ?? new ZnnError('io', 'worker: no longer running'));
        return;
      }
      this.pending.set(message.jobId, { resolve, reject });
      this.worker.postMessage(message);
    });
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
    await this.exited;
  }

  /** Ends a thread that has nothing left to do, and waits for nothing: taking its memory apart takes milliseconds, and the process
   * may end meanwhile. */
  end(): void {
    void this.worker.terminate();
    this.worker.unref();
  }

  private settle({ jobId, error }: WorkerReport): void {
    const pending = this.pending.get(jobId);
    this.pending.delete(jobId);
    if (error === undefined) pending?.resolve();
    else pending?.reject(unpackError(error));
  }
}

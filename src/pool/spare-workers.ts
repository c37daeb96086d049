// Workers, some of which may have been started before any pool asked for one. A thread takes as long to start as a command to
// load, and both can go on at the same time.

import { setFlagsFromString } from 'node:v8';
import { compileKernels } from '../codec/kernels.js';
import { WorkerThread } from './worker-thread.js';

const spareWorkers: WorkerThread[] = [];

/** Starts `count` workers for the first pool that needs them. They keep no process from ending, so that nobody has to end
 * those that are never needed. */
export function startWorkersAhead(count: number): void {
  for (let i = 0; i < count; i++) {
    const worker = startWorker();
    worker.letProcessEnd();
    spareWorkers.push(worker);
  }
}

/** A worker that belongs to the caller from now on: one of the spare ones, or a new one. */
export function takeWorker(): WorkerThread {
  for (let worker = spareWorkers.pop(); worker !== undefined; worker = spareWorkers.pop()) {
    if (!worker.isAlive) continue;
    worker.keepProcess();
    return worker;
  }
  return startWorker();
}

/** V8's baseline compiler makes code of the kernels that is 2 to 6 times slower, and puts better code in its place only after some
 * calls. A small file is done by then; a worker wants the better code from the start. */
function startWorker(): WorkerThread {
  setFlagsFromString('--no-liftoff');
  return new WorkerThread({ module: compileKernels() });
}

// Workers, some of which may have been started before any pool asked for one. A thread takes as long to start as a command to
// load, and both can go on at the same time.

import { setFlagsFromString } from 'node:v8';
import { compileKernels } from '../io/kernels-file.js';
import { WorkerThread } from './worker-thread.js';

const spareWorkers: WorkerThread[] = [];

/** Workers that are on their way. */
let startingCount = 0;
let areFlagsWanted = false;

/** V8's flags for long runs. The first: the baseline compiler makes code of the kernels that is 2 to 6 times slower, and puts better
 * code in its place only after some calls. A small file is done by then; a worker wants the better code from the start. */
const flags = new Set(['--no-liftoff']);

/** Has V8 take one more flag for long runs. */
export function addFlag(flag: string): void {
  flags.add(flag);
}

/** Starts `count` workers for the first pool that needs them. They keep no process from ending, so that nobody has to end
 * those that are never needed. */
export function startWorkersAhead(count: number): void {
  for (let i = 0; i < count; i++) {
    const worker = startWorker();
    worker.letProcessEnd();
    spareWorkers.push(worker);
  }
}

/** `count` workers that belong to the caller from now on: spare ones, and new ones. */
export function takeWorkers(count: number): WorkerThread[] {
  const taken: WorkerThread[] = [];
  while (taken.length < count) {
    const spare = spareWorkers.pop();
    if (spare?.isAlive === false) continue;
    spare?.keepProcess();
    taken.push(spare ?? startWorker());
  }
  areFlagsWanted = true;
  setFlagsBetweenStarts();
  return taken;
}

function startWorker(): WorkerThread {
  const worker = new WorkerThread({ module: compileKernels() });
  startingCount++;
  worker.whenStarted(() => {
    startingCount--;
    setFlagsBetweenStarts();
  });
  return worker;
}

/** Not while a worker starts: with any flag changed V8 no longer takes the compiled code that Node brings with it, and the thread takes
 * 20 ms longer. */
function setFlagsBetweenStarts(): void {
  if (!areFlagsWanted || startingCount > 0) return;
  for (const flag of flags) setFlagsFromString(flag);
  // They hold for the process, and this is called with each job.
  flags.clear();
}

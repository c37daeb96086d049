// Work that several threads do together, and what one of them waits for. The work says only what it waits for; how to wait is for
// its thread to choose: a worker sleeps, the calling thread has signals and timers to look after.

import { startStopwatch } from '../../io/stopwatch.js';

/** What work cannot go on before: that a number in shared memory, of whose changes waiters are notified, is not `value` any more. */
export interface Wait {
  readonly numbers: Int32Array;
  readonly slot: number;
  readonly value: number;
}

/** Work that may have to wait, and gives a Value. Whoever drives it goes on after each wait, also without the change. */
export type Waiting<Value> = Generator<Wait, Value, void>;

/** Work in steps of a few milliseconds; between them it waits, or for nothing. */
export type Steps = Generator<Wait | undefined, void, void>;

/** Work looks this often whether it was aborted, should a wake-up be lost. */
const SLEEP_MAX_MS = 100;
/** The same on a thread that has other things to do; others' steps are shorter, as a rule. */
const NAP_MAX_MS = 8;

/** Does all of the work at once. Sleeps while it waits. */
export function doAll(work: Steps): void {
  for (const wait of work) if (wait !== undefined) sleep(wait, SLEEP_MAX_MS);
}

/** Does all of the work, and lets the event loop have a turn after each step and each wait.
 * @param onTurn gets the milliseconds since the turn before */
export async function doInTurns(work: Steps, onTurn: (turnMs: number) => void): Promise<void> {
  let seconds = startStopwatch();
  for (const wait of work) {
    if (wait !== undefined) sleep(wait, NAP_MAX_MS);
    onTurn(seconds() * 1000);
    await new Promise((resolve) => setImmediate(resolve));
    seconds = startStopwatch();
  }
}

function sleep({ numbers, slot, value }: Wait, ms: number): void {
  Atomics.wait(numbers, slot, value, ms);
}

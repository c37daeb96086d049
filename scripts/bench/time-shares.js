// Preloaded into a command, `node --import ./scripts/bench/time-shares.js bin/znn.cjs …`: at its end, tells on stderr where its
// time went. Times of calls are sums over all threads; "from start" is counted from the start of the process.
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import { system } from '../../dist/io/system.js';

const KEY = 'znn-time-shares';
/** Milliseconds; the last two from the start of the process. */
const SLOTS = ['reads', 'writes', 'first worker reads', 'last write'];
if (isMainThread) setEnvironmentData(KEY, new SharedArrayBuffer(SLOTS.length * 8 * 64));
const shared = /** @type {SharedArrayBuffer} */ (/** @type {unknown} */ (getEnvironmentData(KEY)));
const threads = new Int32Array(shared, shared.byteLength - 4, 1);
// A row for each thread, so that none has to wait for another.
const row = new Float64Array(shared, (Atomics.add(threads, 0, 1) % 63) * SLOTS.length * 8, SLOTS.length);

const sinceStart = () => performance.timeOrigin + performance.now();
const startMs = isMainThread ? performance.timeOrigin : Number(getEnvironmentData(`${KEY}-start`));
if (isMainThread) setEnvironmentData(`${KEY}-start`, String(startMs));

/** @param {'readSync' | 'writeSync' | 'writevSync'} name @param {number} slot */
function time(name, slot) {
  const call = /** @type {(...args: any[]) => number} */ (system[name]);
  const timed = (/** @type {any[]} */ ...args) => {
    const start = sinceStart();
    if (slot === 0 && !isMainThread) row[2] ||= start - startMs;
    const result = call(...args);
    const end = sinceStart();
    row[slot] = (row[slot] ?? 0) + end - start;
    if (slot === 1) row[3] = end - startMs;
    return result;
  };
  system[name] = /** @type {any} */ (timed);
}

time('readSync', 0);
time('writeSync', 1);
time('writevSync', 1);

if (isMainThread) {
  process.on('exit', () => {
    const rows = Array.from({ length: 63 }, (_, thread) => [
      ...new Float64Array(shared, thread * SLOTS.length * 8, SLOTS.length),
    ]);
    const of = (/** @type {number} */ slot) => rows.map((values) => values[slot] ?? 0);
    const sum = (/** @type {number} */ slot) => of(slot).reduce((total, value) => total + value, 0);
    const firstRead = Math.min(...of(2).filter((value) => value > 0));
    const { userCPUTime, systemCPUTime, minorPageFault } = process.resourceUsage();
    const figures = {
      'reads, all threads': sum(0),
      'writes, all threads': sum(1),
      'first read of a worker, from start': Number.isFinite(firstRead) ? firstRead : 0,
      'last write, from start': Math.max(...of(3)),
      'end, from start': sinceStart() - startMs,
      'processor, in the program': userCPUTime / 1000,
      'processor, in the system': systemCPUTime / 1000,
    };
    for (const [name, ms] of Object.entries(figures))
      console.error(`${ms.toFixed(0).padStart(7)} ms  ${name}`);
    console.error(`${String(minorPageFault).padStart(7)}     page faults`);
  });
}

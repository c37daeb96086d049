// no-codec.js SOURCE TARGET TARGET_BYTES: the reads and writes of znn with nothing in between, on as many threads: the floor
// under its wall time. The bytes it writes mean nothing.
import { once } from 'node:events';
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import os from 'node:os';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/** What znn takes at a time, on its larger side. */
const UNIT_BYTES = 4 << 20;
/** Where its writes end, as in src/io/positional.ts; nothing of znn is loaded here, since that takes time. */
const WRITE_CALL_MAX_BYTES = 256 << 10;

/** @typedef {{ source: number, target: number, sourceBytes: number, targetBytes: number, next: Int32Array }} Job */

/** Takes unit after unit; a unit is the same share of both files. @param {Job} job */
function share({ source, target, sourceBytes, targetBytes, next }) {
  const unitCount = Math.ceil(Math.max(sourceBytes, targetBytes) / UNIT_BYTES);
  const buffer = Buffer.alloc(UNIT_BYTES + 1);
  const startOf = (/** @type {number} */ unit, /** @type {number} */ bytes) =>
    Math.floor((bytes * unit) / unitCount);
  for (let unit = Atomics.add(next, 0, 1); unit < unitCount; unit = Atomics.add(next, 0, 1)) {
    const [readStart, writeStart] = [startOf(unit, sourceBytes), startOf(unit, targetBytes)];
    readSync(source, buffer, 0, startOf(unit + 1, sourceBytes) - readStart, readStart);
    writeAll(target, buffer, writeStart, startOf(unit + 1, targetBytes));
  }
}

/** @param {number} fd @param {Buffer} buffer @param {number} start @param {number} end */
function writeAll(fd, buffer, start, end) {
  for (let done = start; done < end; ) {
    const callBytes = Math.min(end - done, WRITE_CALL_MAX_BYTES - (done % WRITE_CALL_MAX_BYTES));
    done += writeSync(fd, buffer, done - start, callBytes, done);
  }
}

async function main() {
  const [sourcePath = '', targetPath = '', targetText] = process.argv.slice(2);
  const [source, target] = [openSync(sourcePath, 'r'), openSync(targetPath, 'w')];
  const targetBytes = Number(targetText);
  ftruncateSync(target, targetBytes);
  const next = new Int32Array(new SharedArrayBuffer(4));
  const job = { source, target, sourceBytes: fstatSync(source).size, targetBytes, next };
  // The calling thread is one of them, as in znn.
  const workers = Array.from(
    { length: os.availableParallelism() - 1 },
    () => new Worker(new URL(import.meta.url), { workerData: job }),
  );
  const ended = Promise.all(workers.map((worker) => once(worker, 'exit')));
  share(job);
  await ended;
  for (const fd of [source, target]) closeSync(fd);
}

if (isMainThread) await main();
else share(workerData);

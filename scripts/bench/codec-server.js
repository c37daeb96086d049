// The codec in memory, as a helper that answers requests line by line, like stock_core.py:
// {"load": path, "pieceBytes": n, "encoding": name, "threadsMax": n}    {"pieces": n}
// {"pass": "encode" | "decode", "threads": n, "checksum": bool}         {"seconds", "rawBytes", "encodedBytes"}
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { summedPass } from './summed-pass.js';
import { compileWorkerKernels } from './worker-kernels.js';

/** @type {Worker[]} */
const workers = [];

/** @param {Worker} worker @param {object} [request] @returns {Promise<any>} the worker's next message */
async function nextMessage(worker, request) {
  const message = once(worker, 'message');
  if (request) worker.postMessage(request);
  const [answer] = await message;
  return answer;
}

/** @param {{ load: string, pieceBytes: number, encoding: string, threadsMax: number }} request */
async function load({ load: path, pieceBytes, encoding, threadsMax }) {
  const content = readFileSync(path);
  const pieces = Array.from({ length: Math.ceil(content.byteLength / pieceBytes) }, (_, index) =>
    Uint8Array.prototype.slice.call(content, index * pieceBytes, (index + 1) * pieceBytes),
  );
  const module = compileWorkerKernels();
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const workerData = { module, pieces, encoding, gate };
  for (let index = 0; index < threadsMax; index++) {
    workers.push(new Worker(new URL('codec-worker.js', import.meta.url), { workerData }));
  }
  await Promise.all(workers.map((worker) => nextMessage(worker)));
  return { pieces: pieces.length };
}

/** @param {{ pass: string, threads: number, checksum: boolean }} request */
async function runPass(request) {
  const answers = await Promise.all(
    workers.slice(0, request.threads).map((worker) => nextMessage(worker, request)),
  );
  return answers.find(({ error }) => error !== undefined) ?? summedPass(answers);
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const answer = await (request.load === undefined ? runPass(request) : load(request));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
for (const worker of workers) await worker.terminate();

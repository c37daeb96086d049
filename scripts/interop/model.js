// The real model: all-MiniLM-L6-v2 as it is and cast, there and back, and how small against stock zipnn.
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import Table from 'cli-table3';
import { difference, haveStockDecode } from './checks.js';
import { runZnn } from './cli.js';

/** Percentage points that znn's ratio may lie above stock zipnn's. */
const ALLOWED_POINTS = 0.1;

/** @param {string} folder @param {import('./checks.js').Python} python @param {import('./tally.js').Tally} tally */
export function checkModel(folder, python, tally) {
  const modelFolder = path.join(folder, 'model');
  mkdirSync(modelFolder);
  /** @type {Record<string, { originalBytes: number, stockBytes: number }>} */
  const measured = JSON.parse(python.run('model.py', [modelFolder]));
  const names = Object.keys(measured).map((kind) => `model-${kind}.safetensors`);
  tally.check('compress the model', runZnn(modelFolder, ['compress', '-o', 'small/', ...names]));
  const small = names.map((name) => `small/${name}.znn`);
  tally.check('verify the model', runZnn(modelFolder, ['verify', ...small]));
  tally.check('decompress the model', runZnn(modelFolder, ['decompress', '-o', 'back/', ...small]));
  for (const name of names) {
    tally.check(name, difference(path.join(modelFolder, 'back', name), path.join(modelFolder, name)));
  }
  const jobs = names.flatMap((name) =>
    [1, 8].map((threads) => ({
      encoded: path.join(modelFolder, 'small', `${name}.znn`),
      original: path.join(modelFolder, name),
      threads,
    })),
  );
  haveStockDecode(folder, jobs, python, tally);
  compareRatios(modelFolder, measured, tally);
}

/** @param {string} modelFolder @param {Record<string, { originalBytes: number, stockBytes: number }>} measured
 * @param {import('./tally.js').Tally} tally */
function compareRatios(modelFolder, measured, tally) {
  const table = new Table({
    head: ['all-MiniLM-L6-v2', 'original', 'stock zipnn', 'znn'],
    style: { head: [], border: [] },
  });
  for (const [kind, { originalBytes, stockBytes }] of Object.entries(measured)) {
    const { size: ourBytes } = statSync(path.join(modelFolder, 'small', `model-${kind}.safetensors.znn`));
    const percent = (/** @type {number} */ bytes) => (100 * bytes) / originalBytes;
    const column = (/** @type {number} */ bytes) => `${bytes} (${percent(bytes).toFixed(2)} %)`;
    table.push([kind.toUpperCase(), String(originalBytes), column(stockBytes), column(ourBytes)]);
    const excess = percent(ourBytes) - percent(stockBytes);
    const problem = excess > ALLOWED_POINTS ? `${excess.toFixed(3)} points above stock zipnn's` : undefined;
    tally.check(`ratio on ${kind}`, problem);
  }
  console.log(table.toString());
}

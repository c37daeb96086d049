// Checks znn against the stock zipnn package, both ways, and on a real model. Run as `npm run test:interop`; needs Python 3.11
// (PYTHON names another). `--seed N` repeats a run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { checkGoldens, checkOurFiles, checkStockFiles } from './interop/checks.js';
import { checkContainers } from './interop/containers.js';
import { checkDefects } from './interop/defects.js';
import { checkDelta } from './interop/delta.js';
import { checkLoaders } from './interop/loaders.js';
import { checkModel } from './interop/model.js';
import { preparePython } from './interop/python.js';
import { Tally } from './interop/tally.js';

const RANDOM_CASES = 1100;

const { values } = parseArgs({ options: { seed: { type: 'string' } } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const folder = mkdtempSync(path.join(tmpdir(), 'znn-interop-'));
const tally = new Tally();

try {
  console.log(`interop: seed ${seed} (npm run test:interop -- --seed ${seed} repeats this run)`);
  const python = preparePython();
  console.log(`interop: ${RANDOM_CASES} random cases and every boundary; stock zipnn encodes`);
  python.run('make_cases.py', [folder, String(seed), String(RANDOM_CASES)]);
  checkOurFiles(folder, python, tally);
  checkStockFiles(folder, tally);
  checkGoldens(folder, python, tally);
  console.log('interop: .znn.safetensors, ours and those of the stock package');
  checkContainers(folder, python, tally);
  console.log('interop: delta files');
  checkDelta(folder, python, tally);
  console.log('interop: files that the stock script gets wrong');
  checkDefects(folder, python, tally);
  console.log('interop: transformers loads compressed models through the plugins of zipnn');
  checkLoaders(folder, python, tally);
  console.log('interop: all-MiniLM-L6-v2');
  checkModel(folder, python, tally);
} catch (error) {
  tally.fail(`the run broke off: ${error instanceof Error ? error.message : error}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;

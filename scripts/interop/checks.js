// Each direction: what znn compresses is restored by stock zipnn, what stock zipnn compresses is restored by znn.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runZnn } from './cli.js';

/** @typedef {import('./tally.js').Tally} Tally */
/** @typedef {{ run: (script: string, args: readonly string[]) => string }} Python */
/** @typedef {{ encoded: string, original: string, threads: number }} DecodeJob */

const goldenFolder = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'test', 'golden');

/** Stock zipnn decodes with one thread and with several; with how many changes from case to case. */
const MANY_THREADS = [2, 3, 8, 16];

/** @param {string} folder
 * @returns {{ originals: { name: string, dtype: string }[], stock: { name: string, original: string, error?: string }[] }} */
const readCases = (folder) => JSON.parse(readFileSync(path.join(folder, 'cases.json'), 'utf8'));

/** Compresses every original, and has stock zipnn and znn restore them.
 * @param {string} folder @param {Python} python @param {Tally} tally */
export function checkOurFiles(folder, python, tally) {
  const { originals } = readCases(folder);
  for (const [index, dtype] of [...new Set(originals.map((original) => original.dtype))].entries()) {
    const names = originals
      .filter((original) => original.dtype === dtype)
      .map(({ name }) => `originals/${name}`);
    console.log(`interop: znn compresses ${names.length} files, --dtype ${dtype}`);
    const options = ['-T', String(1 + (index % 3)), '--dtype', dtype, '-o', 'ours/'];
    const problem = runZnn(folder, ['compress', ...options, ...names]);
    tally.check(`compress --dtype ${dtype}`, problem);
  }
  const jobs = originals.flatMap(({ name }, index) =>
    [1, MANY_THREADS[index % MANY_THREADS.length] ?? 2].map((threads) => ({
      encoded: path.join(folder, 'ours', `${name}.znn`),
      original: path.join(folder, 'originals', name),
      threads,
    })),
  );
  console.log(`interop: stock zipnn restores them, ${jobs.length} times`);
  haveStockDecode(folder, jobs, python, tally);
  console.log('interop: znn restores them');
  const names = originals.map(({ name }) => ({ encoded: `${name}.znn`, original: name }));
  restoreAndCompare(folder, 'ours', names, tally);
}

/** Restores what stock zipnn compressed. @param {string} folder @param {Tally} tally */
export function checkStockFiles(folder, tally) {
  const { stock } = readCases(folder);
  const encoded = stock.filter(({ name, error }) => {
    if (error !== undefined) tally.fail(`stock zipnn could not make ${name}: ${error}`);
    return error === undefined;
  });
  console.log(`interop: znn restores ${encoded.length} files that stock zipnn compressed`);
  const files = encoded.map(({ name, original }) => ({ encoded: name, original }));
  restoreAndCompare(folder, 'stock', files, tally);
}

/** Has stock zipnn restore the golden files that it did not make.
 * @param {string} folder @param {Python} python @param {Tally} tally */
export function checkGoldens(folder, python, tally) {
  const crafted = path.join(goldenFolder, 'crafted');
  const names = readdirSync(crafted).filter((name) => name.endsWith('.znn'));
  const problem = runZnn(folder, [
    'decompress',
    '-o',
    'crafted/',
    ...names.map((name) => path.join(crafted, name)),
  ]);
  tally.check('decompress the crafted golden files', problem);
  const jobs = names.map((name) => ({
    encoded: path.join(crafted, name),
    original: path.join(folder, 'crafted', name.slice(0, -'.znn'.length)),
    threads: 2,
  }));
  haveStockDecode(folder, jobs, python, tally);
}

/** @param {string} folder @param {readonly DecodeJob[]} jobs @param {Python} python @param {Tally} tally */
export function haveStockDecode(folder, jobs, python, tally) {
  const present = jobs.filter(({ encoded, original }) => {
    const missing = [encoded, original].find((file) => !existsSync(file));
    if (missing !== undefined) tally.fail(`${path.basename(missing)} was not written`);
    return missing === undefined;
  });
  const jobsPath = path.join(folder, 'jobs.json');
  writeFileSync(jobsPath, JSON.stringify(present));
  const answers = python.run('stock_decode.py', [jobsPath]).trim().split('\n').filter(Boolean);
  if (answers.length !== present.length)
    throw new Error(`${answers.length} answers to ${present.length} jobs`);
  for (const [index, { encoded, threads }] of present.entries()) {
    const name = `stock zipnn, ${threads} threads, on ${path.basename(encoded)}`;
    tally.check(name, JSON.parse(answers[index] ?? '').error);
  }
}

/** @param {string} folder @param {string} encodedFolder
 * @param {readonly { encoded: string, original: string }[]} files @param {Tally} tally */
export function restoreAndCompare(folder, encodedFolder, files, tally) {
  const restored = `${encodedFolder}-restored`;
  mkdirSync(path.join(folder, restored), { recursive: true });
  const paths = files.map(({ encoded }) => `${encodedFolder}/${encoded}`);
  tally.check(`decompress ${encodedFolder}/`, runZnn(folder, ['decompress', '-o', `${restored}/`, ...paths]));
  for (const { encoded, original } of files) {
    const restoredPath = path.join(folder, restored, encoded.slice(0, -'.znn'.length));
    tally.check(`znn on ${encoded}`, difference(restoredPath, path.join(folder, 'originals', original)));
  }
}

/** @param {string} restoredPath @param {string} originalPath */
export function difference(restoredPath, originalPath) {
  if (!existsSync(restoredPath)) return 'was not restored';
  const same = readFileSync(restoredPath).equals(readFileSync(originalPath));
  return same ? undefined : 'restored to other bytes';
}

// A whole round trip on a made-up model, run as `npm run demo`: make a folder of some 200 MB in a temporary place,
// compress it, verify it, restore it, compare every byte, print what it came to, remove everything.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderTable } from '../dist/cli/report/report-table.js';
import { formatBytes, formatCount, formatSeconds, formatSpeed } from '../dist/cli/report/units.js';
import { writeModelFolder } from './fixtures.js';

const SEED = 2024;
const COMPARE_BYTES = 1 << 20;
const znn = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'bin', 'znn.cjs');

/** @typedef {{ type: string, action?: string, source: string, originalBytes: number, compressedBytes: number, seconds: number }} Report */

/** Runs one command in `folderPath` and answers with its JSON lines.
 * @param {string} folderPath @param {readonly string[]} args
 * @returns {Report[]} */
function run(folderPath, ...args) {
  console.log(`$ znn ${args.join(' ')}`);
  const { status, signal, stdout } = spawnSync(process.execPath, [znn, ...args, '--json'], {
    cwd: folderPath,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`znn ${args[0]} ended with ${signal ?? `exit code ${status}`}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Every file below a folder, sorted, and its size. @param {string} folderPath */
function filesIn(folderPath) {
  return readdirSync(folderPath, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => ({ name, stats: statSync(path.join(folderPath, name)) }))
    .filter(({ stats }) => stats.isFile())
    .map(({ name, stats }) => ({ name, fileBytes: stats.size }));
}

/** Fails at the first difference between two folders; names, sizes and every byte are compared.
 * @param {string} expectedFolder @param {string} actualFolder */
function assertEqualFolders(expectedFolder, actualFolder) {
  const [expected, actual] = [filesIn(expectedFolder), filesIn(actualFolder)];
  if (JSON.stringify(expected) !== JSON.stringify(actual)) {
    throw new Error(`the restored folder holds other files: ${JSON.stringify(actual)}`);
  }
  for (const { name } of expected)
    assertEqualFiles(path.join(expectedFolder, name), path.join(actualFolder, name));
  return {
    fileCount: expected.length,
    totalBytes: expected.reduce((sum, { fileBytes }) => sum + fileBytes, 0),
  };
}

/** @param {string} expectedPath @param {string} actualPath */
function assertEqualFiles(expectedPath, actualPath) {
  const fds = [openSync(expectedPath, 'r'), openSync(actualPath, 'r')];
  const blocks = fds.map(() => Buffer.alloc(COMPARE_BYTES));
  try {
    for (;;) {
      const [expected, actual] = fds.map((fd, i) => blocks[i].subarray(0, readSync(fd, blocks[i])));
      if (!expected.equals(actual)) throw new Error(`${actualPath} differs from ${expectedPath}`);
      if (expected.byteLength === 0) return;
    }
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}

/** The files of a run and their total, as the command shows them on a terminal. @param {Report[]} reports */
function tableOf(reports) {
  const rows = reports.filter(({ type, action }) => type === 'file' && action === 'compress');
  const total = reports.find(({ type }) => type === 'summary');
  if (total === undefined) throw new Error('the run printed no summary');
  return renderTable(
    rows.map((row) => ({ ...row, name: row.source })),
    { ...total, name: 'total' },
  );
}

const folder = mkdtempSync(path.join(tmpdir(), 'znn-demo-'));
// With a handler, Ctrl-C stops the command that runs, and then this script in order: the folder is removed.
process.on('SIGINT', () => {});
try {
  const start = performance.now();
  const model = path.join(folder, 'model');
  writeModelFolder(model, { seed: SEED });
  const seconds = (performance.now() - start) / 1000;
  console.log(`Made a sharded model of mixed dtypes in ${folder} (${formatSeconds(seconds)})`);
  const compressed = run(folder, 'compress', 'model', '-o', 'small');
  run(folder, 'verify', 'small');
  const restored = run(folder, 'decompress', 'small', '-o', 'restored');
  const { fileCount, totalBytes } = assertEqualFolders(model, path.join(folder, 'restored'));
  console.log(`\n${tableOf(compressed)}\n`);
  const { originalBytes, seconds: restoreSeconds } = restored.at(-1) ?? { originalBytes: 0, seconds: 0 };
  const speed = formatSpeed(originalBytes, restoreSeconds);
  console.log(`Restored in ${formatSeconds(restoreSeconds)}, ${speed}.`);
  console.log(`${formatCount(fileCount, 'file')}, ${formatBytes(totalBytes)}: equal, byte for byte.`);
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

// Runs the fuzz targets of test/fuzz: `npm run fuzz -- --seconds N [--seed S] [--target NAME]`, N seconds each. Prints how
// much was tried; an input that breaks a property is kept, and named in the error.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';

/** More than there are. */
const TARGETS_MAX = 12;
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    target: { type: 'string' },
  },
});

const folder = mkdtempSync(path.join(tmpdir(), 'znn-fuzz-report-'));
const reportPath = path.join(folder, 'report.jsonl');
writeFileSync(reportPath, '');
const require = createRequire(import.meta.url);
const vitest = path.join(path.dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
console.log(`fuzz: seed ${values.seed} (--seed ${values.seed} repeats this run's inputs)`);
const names = values.target === undefined ? [] : ['-t', `^${values.target} `];
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/fuzz', '--silent', ...names], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
  // An input that never ends is a finding too.
  timeout: (Number(values.seconds) * TARGETS_MAX + 300) * 1000,
  killSignal: 'SIGKILL',
  env: {
    ...process.env,
    ZNN_FUZZ_SECONDS: values.seconds,
    ZNN_FUZZ_SEED: values.seed,
    ZNN_FUZZ_REPORT: reportPath,
  },
});

const table = new Table({
  head: ['target', 'executions', 'a second', 'accepted', 'refused', 'kinds of refusal', 'slowest'],
  style: { head: [], border: [] },
});
const reports = readFileSync(reportPath, 'utf8').split('\n').filter(Boolean);
for (const line of reports) {
  const { target, executions, accepted, refused, reasons, slowestMs, seconds } = JSON.parse(line);
  table.push([
    target,
    executions,
    Math.round(executions / seconds),
    accepted,
    refused,
    reasons,
    `${slowestMs.toFixed(1)} ms`,
  ]);
}
console.log(table.toString());
rmSync(folder, { recursive: true, force: true });
const isClean = status === 0 && reports.length > 0;
console.log(isClean ? 'fuzz: no findings' : 'fuzz: FAILED, see above');
process.exitCode = isClean ? 0 : 1;

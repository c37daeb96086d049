// Times each kernel alone, run as `npm run bench:kernels`; `npm run bench:kernels -- --help` lists the options.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { instantiateKernels } from '../dist/codec/kernels.js';
import { KERNEL_CASES } from './bench/kernel-cases.js';
import {
  compareWithPrevious,
  KERNEL_REPORT_VERSION,
  kernelRow,
  kernelTable,
  parseKernelReport,
  slowerRows,
} from './bench/kernel-report.js';
import { compareCalls, measureRounds } from './bench/kernel-timing.js';
import { describeMachine, describeVersions } from './bench/machine.js';
import { loadOtherKernels } from './bench/other-kernels.js';
import { compileWorkerKernels } from './bench/worker-kernels.js';

const ROUNDS = 15;
const FAIL_ABOVE = '1.10';
const USAGE = `usage: npm run bench:kernels -- [options]
  --against OTHER      another version of the kernels, a .wasm file or a git revision: both take turns in this process
  --previous FILE      an earlier report; says less than --against, since the machine was another one then
  --fail-above RATIO   exit code 1 if a kernel takes this much longer (${FAIL_ABOVE}), given one of the two
  --only TEXT          the kernels whose name contains TEXT
  --json FILE          where the report goes (nowhere)`;

/** @typedef {import('./bench/kernel-cases.js').KernelCase} KernelCase */
/** @typedef {import('./bench/kernel-cases.js').Instance} Instance */

/** @param {KernelCase} kernelCase @param {Instance} instance @param {Instance | undefined} other @param {number} limit */
function measureCase(kernelCase, instance, other, limit) {
  const mine = kernelCase.prepare(instance);
  mine();
  if (other === undefined) return kernelRow(kernelCase, measureRounds(mine, undefined, ROUNDS));
  if (kernelCase.kernels.some((name) => other.exports[name] === undefined)) {
    const note = 'the other version has no such kernel';
    return kernelRow(kernelCase, measureRounds(mine, undefined, ROUNDS), note);
  }
  /** @type {(() => unknown) | undefined} */
  let theirs;
  try {
    theirs = kernelCase.prepare(other);
    theirs();
  } catch (error) {
    const note = `the other version can't be called so: ${error instanceof Error ? error.message : error}`;
    return kernelRow(kernelCase, measureRounds(mine, undefined, ROUNDS), note);
  }
  const note = isSameOutput(kernelCase, instance, other) ? undefined : 'the versions differ in their output';
  return kernelRow(kernelCase, compareCalls(mine, theirs, ROUNDS, limit), note);
}

/** @param {KernelCase} kernelCase @param {Instance} one @param {Instance} other */
function isSameOutput({ output: [address, bytes] }, one, other) {
  const of = (/** @type {Instance} */ instance) => instance.bytes.subarray(address, address + bytes);
  return Buffer.compare(of(one), of(other)) === 0;
}

/** @returns {boolean} whether a kernel got slower */
function run() {
  const { values } = parseArgs({
    options: {
      against: { type: 'string' },
      previous: { type: 'string' },
      'fail-above': { type: 'string', default: FAIL_ABOVE },
      only: { type: 'string', default: '' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return false;
  }
  const limit = Number(values['fail-above']);
  if (!(limit > 0)) throw new Error('--fail-above: not a number above 0');
  const previous = values.previous && parseKernelReport(readFileSync(values.previous, 'utf8'));
  const other = values.against === undefined ? undefined : loadOtherKernels(values.against);
  const instance = instantiateKernels(compileWorkerKernels());
  const cases = KERNEL_CASES.filter(({ name }) => name.includes(values.only));
  const measured = cases.map((kernelCase) => measureCase(kernelCase, instance, other, limit));
  const rows = previous ? compareWithPrevious(measured, previous) : measured;
  console.log(kernelTable(rows));
  if (values.json !== undefined) {
    const report = {
      kernelReportVersion: KERNEL_REPORT_VERSION,
      createdAt: new Date().toISOString(),
      command: ['npm run bench:kernels --', ...process.argv.slice(2)].join(' '),
      machine: describeMachine(),
      versions: describeVersions(),
      ...(values.against === undefined ? {} : { against: values.against }),
      rows,
    };
    writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  const slower = slowerRows(rows, limit);
  for (const { name, ratio = 0 } of slower)
    console.error(`bench:kernels: ${name}: ${ratio.toFixed(3)} × the time`);
  return slower.length > 0;
}

try {
  process.exitCode = run() ? 1 : 0;
} catch (error) {
  console.error(`bench:kernels: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 2;
}

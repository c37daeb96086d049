// Kills runs at random moments and checks the contract of docs/reliability.md after each: what was there is there, what
// is new is complete, and the next run finishes the job and cleans up.
// `node scripts/kill-test.js [--kills N] [--signals N] [--seed S]`: N times SIGKILL, and N times each SIGINT, SIGTERM and
// SIGHUP. A line for each signal says how many of its runs it met alive, and how many in mid-work.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom } from './fixtures.js';
import { breaches, isSame, isTemporary, treeOf, unfinished } from './kills/contract.js';
import { runZnn } from './kills/run-znn.js';
import { copyOf, prepareScenarios } from './kills/scenarios.js';

/** Beyond 1, so that some signals come when all is done. */
const MOMENTS_UP_TO = 1.1;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    signals: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const seed = Number(values.seed);
const random = createRandom(seed);
const root = mkdtempSync(path.join(tmpdir(), 'znn-kill-'));
const tally = { passed: 0, failed: 0 };
/** Met alive; of those, with some of the work on disk, temporary or finished; and with a temporary file left.
 * @type {Record<string, { runs: number, alive: number, midWork: number, leftTemporary: number }>} */
const met = {};
const startMs = performance.now();

try {
  console.log(`kill-test: seed ${seed} (--seed ${seed} repeats this run's moments)`);
  const scenarios = await prepareScenarios(root);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const rounds = [
    ...Array.from({ length: Number(values.kills) }, () => 'SIGKILL'),
    ...Array.from({ length: Number(values.signals) }, () => signals).flat(),
  ];
  for (const [round, signal] of rounds.entries()) {
    // Shifted by one each time round, or three signals would meet the same scenarios for ever.
    const scenario = scenarios[(round + Math.floor(round / scenarios.length)) % scenarios.length];
    if (scenario !== undefined) await killOnce(scenario, /** @type {NodeJS.Signals} */ (signal));
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
for (const [signal, { runs, alive, midWork, leftTemporary }] of Object.entries(met)) {
  const left = `${leftTemporary} left temporary files for the next run`;
  console.log(`${signal}: ${runs} runs, ${alive} of them met alive, ${midWork} in mid-work, ${left}`);
}
console.log(`${((performance.now() - startMs) / 1000).toFixed(0)} s`);
console.log(`${tally.passed} passed, ${tally.failed} failed`);
// Signals that always come too late would prove nothing.
const isVacuous = Object.values(met).every(({ midWork }) => midWork === 0);
if (isVacuous) console.error('FAILED no run was met in mid-work');
process.exitCode = tally.failed === 0 && !isVacuous ? 0 : 1;

/** @param {import('./kills/scenarios.js').Scenario} scenario @param {NodeJS.Signals} signal */
async function killOnce(scenario, signal) {
  const work = copyOf(root, scenario.template);
  const delayMs = random.unit() * scenario.ms * MOMENTS_UP_TO;
  const end = await runZnn(work, scenario.args, { signal, delayMs });
  const tree = treeOf(work);
  note(end, signal, tree, scenario);
  const again = await runZnn(work, scenario.args);
  const problems = [
    ...breaches(end, signal, tree, scenario),
    ...unfinished(again, tree, treeOf(work), scenario),
  ];
  if (problems.length === 0) tally.passed++;
  else tally.failed++;
  for (const problem of problems) {
    console.error(`FAILED ${signal} after ${delayMs.toFixed(1)} ms, ${scenario.title}: ${problem}`);
  }
}

/** @param {import('./kills/run-znn.js').RunEnd} end @param {NodeJS.Signals} signal @param {import('./kills/contract.js').Tree} tree
 * @param {import('./kills/contract.js').Expected} expected */
function note(end, signal, tree, { before, after }) {
  met[signal] ??= { runs: 0, alive: 0, midWork: 0, leftTemporary: 0 };
  const counts = met[signal];
  const isAlive = end.exitCode !== 0;
  // A signal that is answered leaves no trace of unfinished work, so the line that it gives must do.
  const isMidWork = isAlive && ((!isSame(tree, before) && !isSame(tree, after)) || end.stderr !== '');
  counts.runs++;
  counts.alive += Number(isAlive);
  counts.midWork += Number(isMidWork);
  counts.leftTemporary += Number(Object.keys(tree).some(isTemporary));
}

// Kills runs at random moments and checks the contract of docs/reliability.md after each: what was there is there, what
// is new is complete, and the next run finishes the job and cleans up.
// `node scripts/kill-test.js [--kills N] [--signals N] [--seed S]`: N times SIGKILL, and N times each SIGINT and SIGTERM.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRandom, writeModelFolder } from './fixtures.js';

const znn = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'bin', 'znn.js');
const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 };
const STOP_MS_MAX = 1000;
/** A machine under load answers later than the command does. */
const LOAD_MS = 1500;

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

/** @typedef {Record<string, string>} Tree relative path → hash */
/** @typedef {{ title: string, template: string, args: string[], before: Tree, after: Tree, ms: number }} Scenario */

try {
  console.log(`kill-test: seed ${seed} (--seed ${seed} repeats this run's moments)`);
  const scenarios = await prepareScenarios();
  const rounds = [
    ...Array.from({ length: Number(values.kills) }, () => 'SIGKILL'),
    ...Array.from({ length: Number(values.signals) }, () => ['SIGINT', 'SIGTERM']).flat(),
  ];
  for (const [round, signal] of rounds.entries()) {
    const scenario = scenarios[round % scenarios.length];
    if (scenario !== undefined) await killOnce(scenario, /** @type {NodeJS.Signals} */ (signal));
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;

/** Both ways, a file and a folder, with and without --rm; each run once undisturbed, to know its result and its time. */
async function prepareScenarios() {
  const model = path.join(root, 'model');
  writeModelFolder(path.join(model, 'model'), { scale: 0.2 });
  const file = path.join(root, 'file');
  const large = readdirSync(path.join(model, 'model')).filter((name) => name.endsWith('.safetensors'));
  mkdirSync(file);
  writeFileSync(
    path.join(file, 'a.bin'),
    Buffer.concat(large.map((name) => readFileSync(path.join(model, 'model', name)))),
  );
  /** @type {Scenario[]} */
  const scenarios = [];
  for (const [template, name] of [
    [file, 'a.bin'],
    [model, 'model'],
  ]) {
    for (const flags of [[], ['--rm']]) {
      const compressed = `${template}-compressed`;
      const compress = ['compress', '-q', '-T2', ...flags, name ?? ''];
      scenarios.push(await measure(template ?? '', compress));
      rmSync(compressed, { recursive: true, force: true });
      cpSync(template ?? '', compressed, { recursive: true, preserveTimestamps: true });
      await run(compressed, ['compress', '-q', '--rm', name ?? '']);
      const compressedName = name === 'model' ? name : `${name}.znn`;
      scenarios.push(await measure(compressed, ['decompress', '-q', '-T2', ...flags, compressedName ?? '']));
    }
  }
  return scenarios;
}

/** @param {string} template @param {string[]} args @returns {Promise<Scenario>} */
async function measure(template, args) {
  const work = copyOf(template);
  const before = treeOf(work);
  const start = performance.now();
  const end = await run(work, args);
  if (end.exitCode !== 0) throw new Error(`znn ${args.join(' ')}: ${end.stderr}`);
  return {
    title: args.join(' '),
    template,
    args,
    before,
    after: treeOf(work),
    ms: performance.now() - start,
  };
}

/** @param {Scenario} scenario @param {NodeJS.Signals} signal */
async function killOnce(scenario, signal) {
  const work = copyOf(scenario.template);
  const delayMs = random.unit() * scenario.ms * 1.1;
  const end = await run(work, scenario.args, { signal, delayMs });
  const after = treeOf(work);
  const problems = [...damages(after, scenario), ...wrongEnd(end, signal, after)];
  const again = await run(work, scenario.args);
  const settled = treeOf(work);
  const isDone = isSame(settled, scenario.after);
  if (!isDone) problems.push(`the next run did not finish the job: ${differences(settled, scenario.after)}`);
  // With --rm a file whose source is gone already is no argument any more; all else must be done now.
  if (again.exitCode !== 0 && !isSame(after, scenario.after))
    problems.push(`the next run: ${again.exitCode} ${again.stderr}`);
  if (problems.length === 0) tally.passed++;
  else tally.failed++;
  for (const problem of problems)
    console.error(`FAILED ${signal} after ${delayMs.toFixed(1)} ms, ${scenario.title}: ${problem}`);
}

/** @param {Tree} tree @param {Scenario} scenario */
function damages(tree, { before, after }) {
  const kept = Object.entries(tree).filter(([name]) => !isTemporary(name));
  const strange = kept.filter(([name, hash]) => hash !== before[name] && hash !== after[name]);
  const isComplete = Object.entries(after).every(([name, hash]) => tree[name] === hash);
  const gone = Object.keys(before).filter((name) => tree[name] === undefined);
  const lost = gone.filter((name) => after[name] !== undefined || !isComplete);
  return [
    ...strange.map(([name]) => `${name} is neither old nor complete`),
    ...lost.map((name) => `${name} is lost`),
  ];
}

/** @param {Awaited<ReturnType<typeof run>>} end @param {NodeJS.Signals} signal @param {Tree} tree */
function wrongEnd(end, signal, tree) {
  if (signal === 'SIGKILL') return [];
  const problems = Object.keys(tree)
    .filter(isTemporary)
    .map((name) => `${name} is left`);
  const code = SIGNAL_EXIT_CODES[/** @type {keyof typeof SIGNAL_EXIT_CODES} */ (signal)];
  // Before the command listens, the signal ends the process as it ends any.
  const isStopped = end.exitCode === code || end.endedBy === signal;
  if (!isStopped && end.exitCode !== 0) problems.push(`exit code ${end.exitCode}: ${end.stderr}`);
  if (end.stopMs > STOP_MS_MAX + LOAD_MS) problems.push(`took ${Math.round(end.stopMs)} ms to stop`);
  return problems;
}

/** @param {string} cwd @param {string[]} args @param {{ signal: NodeJS.Signals, delayMs: number }} [kill]
 * @returns {Promise<{ exitCode: number | null, endedBy: string | null, stderr: string, stopMs: number }>} */
async function run(cwd, args, kill) {
  const child = spawn(process.execPath, [znn, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise((resolve) =>
    child.on('close', (exitCode, endedBy) => resolve({ exitCode, endedBy })),
  );
  let killedAt = performance.now();
  if (kill !== undefined) {
    await Promise.race([sleep(kill.delayMs), ended]);
    killedAt = performance.now();
    child.kill(kill.signal);
  }
  return { ...(await ended), stderr, stopMs: performance.now() - killedAt };
}

/** @param {string} template */
function copyOf(template) {
  const work = path.join(root, 'work');
  rmSync(work, { recursive: true, force: true });
  cpSync(template, work, { recursive: true, preserveTimestamps: true });
  return work;
}

/** @param {string} folder @returns {Tree} */
function treeOf(folder) {
  const names = /** @type {string[]} */ (readdirSync(folder, { recursive: true })).sort();
  const files = names.filter((name) => statSync(path.join(folder, name)).isFile());
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash('sha1')
        .update(readFileSync(path.join(folder, name)))
        .digest('hex'),
    ]),
  );
}

/** @param {string} name */
function isTemporary(name) {
  return name.endsWith('.znn-tmp');
}

/** @param {Tree} one @param {Tree} other */
function isSame(one, other) {
  return differences(one, other) === '';
}

/** @param {Tree} one @param {Tree} other */
function differences(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => one[name] !== other[name]).join(', ');
}

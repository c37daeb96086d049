// docs/reliability.md, "The contract", for a run that a signal may have ended, and for the run after it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** @typedef {import('./run-znn.js').RunEnd} RunEnd */
/** @typedef {Readonly<Record<string, string>>} Tree relative path → hash of the content */
/** Before an undisturbed run, and after it; `removes` is what the run takes away, and when.
 * @typedef {{ before: Tree, after: Tree, removes: 'nothing' | 'together' | 'each' }} Expected */

const SIGNAL_EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
const STOPPED_LINE = 'znn: stopped; unfinished outputs were removed\n';
const STOP_MS_MAX = 1000;
/** A machine under load answers later than the command does. */
const LOAD_MS = 1500;

/** What of the contract a run broke that `signal` was sent to.
 * @param {RunEnd} end @param {NodeJS.Signals} signal @param {Tree} tree @param {Expected} expected @returns {string[]} */
export function breaches(end, signal, tree, expected) {
  const problems = [...damages(tree, expected), ...losses(tree, expected)];
  if (end.exitCode === 0 && !isSame(tree, expected.after)) {
    problems.push(`exit code 0, but the job is not done: ${differences(tree, expected.after)}`);
  }
  return signal === 'SIGKILL' ? problems : [...problems, ...disorders(end, signal, tree)];
}

/** And the undisturbed run after it, which finds `tree` and leaves `settled`.
 * @param {RunEnd} again @param {Tree} tree @param {Tree} settled @param {Expected} expected @returns {string[]} */
export function unfinished(again, tree, settled, expected) {
  const problems = [];
  if (!isSame(settled, expected.after)) {
    problems.push(`the next run did not finish the job: ${differences(settled, expected.after)}`);
  }
  // A source that is named and has gone already is no argument any more; all else must be done now.
  const isDone = isSame(tree, expected.after) && expected.removes !== 'nothing';
  if (again.exitCode !== 0 && !isDone) problems.push(`the next run: ${again.exitCode} ${again.stderr}`);
  return problems;
}

/** @param {Tree} tree @param {Expected} expected */
function damages(tree, { before, after }) {
  return Object.entries(tree)
    .filter(([name]) => !isTemporary(name))
    .filter(([name, hash]) => hash !== before[name] && hash !== after[name])
    .map(([name]) => `${name} is neither old nor complete`);
}

/** @param {Tree} tree @param {Expected} expected */
function losses(tree, { before, after, removes }) {
  const isThere = (/** @type {string} */ name) => tree[name] !== undefined && tree[name] === after[name];
  const isComplete = Object.keys(after).every(isThere);
  const mayGo = (/** @type {string} */ name) => {
    if (after[name] !== undefined || removes === 'nothing') return false;
    return removes === 'together' ? isComplete : isThere(counterpartOf(name));
  };
  return Object.keys(before)
    .filter((name) => tree[name] === undefined && !mayGo(name))
    .map((name) => `${name} is lost`);
}

/** @param {string} name */
function counterpartOf(name) {
  return name.endsWith('.znn') ? name.slice(0, -'.znn'.length) : `${name}.znn`;
}

/** What a signal that can be answered must leave. @param {RunEnd} end @param {NodeJS.Signals} signal @param {Tree} tree */
function disorders(end, signal, tree) {
  const problems = Object.keys(tree)
    .filter(isTemporary)
    .map((name) => `${name} is left`);
  const code = SIGNAL_EXIT_CODES[/** @type {keyof typeof SIGNAL_EXIT_CODES} */ (signal)];
  // Before the command listens, the signal ends the process as it ends any.
  const isStopped = end.exitCode === code || end.endedBy === signal;
  if (!isStopped && end.exitCode !== 0) problems.push(`exit code ${end.exitCode}`);
  const isToldSo = end.stderr === '' || (end.exitCode === code && end.stderr === STOPPED_LINE);
  if (!isToldSo) problems.push(`stderr: ${end.stderr}`);
  if (end.stopMs > STOP_MS_MAX + LOAD_MS) problems.push(`took ${Math.round(end.stopMs)} ms to stop`);
  return problems;
}

/** @param {string} folder @returns {Tree} */
export function treeOf(folder) {
  const names = /** @type {string[]} */ (readdirSync(folder, { recursive: true })).sort();
  const files = names.filter((name) => statSync(path.join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, hashOf(path.join(folder, name))]));
}

/** @param {string} filePath */
function hashOf(filePath) {
  return createHash('sha1').update(readFileSync(filePath)).digest('hex');
}

/** @param {string} name */
export function isTemporary(name) {
  return name.endsWith('.znn-tmp');
}

/** @param {Tree} one @param {Tree} other */
export function isSame(one, other) {
  return differences(one, other) === '';
}

/** @param {Tree} one @param {Tree} other */
function differences(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => one[name] !== other[name]).join(', ');
}

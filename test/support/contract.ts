// docs/reliability.md, "The contract", as a function: what is wrong with how a command ended.

import path from 'node:path';
import { isTemporaryName } from '../../src/io/temporary/temporary-files.js';
import type { Tree, WalkStep } from './fault-walk.js';

/** As the walker says it in place of a hash. */
const LINK_TO_NOTHING = 'a link to nothing';

/** Before the run, after an undisturbed one, and after a second, undisturbed one. */
export interface ExpectedTrees {
  readonly workFolder: string;
  readonly before: Tree;
  readonly after: Tree;
  readonly settled: Tree;
}

export interface ContractSettings {
  /** The failing call stays broken, so what it should have removed may stay for the next run. */
  readonly mayLeaveTemporaries?: boolean;
  readonly secondsMax?: number;
  /** A link may be left without its blob, for the next run to remove. */
  readonly mayLeaveSpentLinks?: boolean;
  /** The fault makes a file look as if it had been cut short: exit code 3. */
  readonly looksTruncated?: boolean;
  /** A file may go as soon as what is made of it is there: --rm=each, and links of a cache. */
  readonly removesEach?: boolean;
}

/** Every way in which one step of a walk breaks the contract; none if it holds. */
export function breaches(step: WalkStep, trees: ExpectedTrees, settings: ContractSettings = {}): string[] {
  const { exitCode, lines, printed, tree, ms, again } = step;
  const errors = lines.filter((line) => !line.startsWith('znn: note: '));
  const problems: string[] = [];
  // A path that an option names and that cannot be looked at is a usage error: then nothing has happened yet.
  const isUsage = exitCode === 2 && isSame(tree, trees.before);
  const isTruncation = exitCode === 3 && settings.looksTruncated === true;
  if (exitCode !== 0 && exitCode !== 1 && !isUsage && !isTruncation) problems.push(`exit code ${exitCode}`);
  if (exitCode === 0 && !isSame(tree, trees.after)) problems.push('exit code 0, but the job is not done');
  if (exitCode === 0 && errors.length > 0) problems.push(`exit code 0 with ${errors.join(' | ')}`);
  // What `check` finds is its answer, and that goes to stdout.
  const isExplained = errors.length > 0 || printed.some((line) => /^ {2}(defect|suspicion): /.test(line));
  if (exitCode !== 0 && !isExplained) problems.push(`exit code ${exitCode} without an error line`);
  problems.push(...errors.filter((line) => !namesFile(line, trees)).map((line) => `names no file: ${line}`));
  problems.push(...errors.filter((line) => line.includes('\n')).map((line) => `not one line: ${line}`));
  if (ms > (settings.secondsMax ?? 10) * 1000) problems.push(`took ${Math.round(ms)} ms`);
  if (!settings.mayLeaveTemporaries) problems.push(...temporaries(tree));
  problems.push(...strangers(tree, trees, settings), ...lost(tree, trees, settings));
  if (again.exitCode !== 0)
    problems.push(`the next run: exit code ${again.exitCode}, ${again.lines.join(' | ')}`);
  const kept = settings.mayLeaveTemporaries ? withoutTemporaries(again.tree) : again.tree;
  if (!isSame(kept, trees.settled)) problems.push('the next run did not finish the job');
  return problems.map((problem) => `call ${step.from}, ${step.member}: ${problem}`);
}

/** `znn: FILE: reason (CODE)`, where FILE is a file of these trees or a folder that one is in. */
function namesFile(line: string, { workFolder, before, after }: ExpectedTrees): boolean {
  const [program, file = '', reason] = line.split(': ');
  const named = path.relative(workFolder, path.resolve(workFolder, file));
  const known = [...Object.keys(before), ...Object.keys(after)];
  const isIn = (place: string) => known.some((name) => `${name}/`.startsWith(`${place}/`));
  // A blob has no name until its content is known: its line names the file in the folder of blobs.
  const isBlob = path.basename(path.dirname(named)) === 'blobs' && isIn(path.dirname(named));
  const isKnown = (path.isAbsolute(file) && named === '') || isIn(named) || isBlob;
  return program === 'znn' && reason !== undefined && isKnown;
}

/** The walker's second run is in the same process, which lives: what it left is not stale yet. */
function withoutTemporaries(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([name]) => !isTemporaryName(path.basename(name))));
}

function temporaries(tree: Tree): string[] {
  return Object.keys(tree)
    .filter((name) => isTemporaryName(path.basename(name)))
    .map((name) => `left ${name}`);
}

/** Files that are neither what was there nor what the job makes. */
function strangers(
  tree: Tree,
  { before, after }: ExpectedTrees,
  { mayLeaveSpentLinks }: ContractSettings,
): string[] {
  return Object.entries(tree)
    .filter(([name]) => !isTemporaryName(path.basename(name)))
    .filter(([, hash]) => hash !== LINK_TO_NOTHING || !mayLeaveSpentLinks)
    .filter(([name, hash]) => hash !== before[name] && hash !== after[name])
    .map(([name]) => `${name} has a content of neither before nor after`);
}

/** Files that were there and have gone, though the job is not done: every file that the job removes goes only when all
 * that it makes is there, or what is made of it. */
function lost(tree: Tree, { before, after }: ExpectedTrees, { removesEach }: ContractSettings): string[] {
  const isThere = (name: string) => tree[name] !== undefined && tree[name] === after[name];
  const isComplete = Object.keys(after).every(isThere);
  const mayGo = (name: string) =>
    after[name] === undefined && (isComplete || (removesEach === true && isThere(counterpartOf(name))));
  return Object.keys(before)
    .filter((name) => tree[name] === undefined && !mayGo(name))
    .map((name) => `${name} is lost`);
}

function counterpartOf(name: string): string {
  return name.endsWith('.znn') ? name.slice(0, -'.znn'.length) : `${name}.znn`;
}

function isSame(one: Tree, other: Tree): boolean {
  const [names, otherNames] = [Object.keys(one), Object.keys(other)];
  return names.length === otherNames.length && names.every((name) => one[name] === other[name]);
}

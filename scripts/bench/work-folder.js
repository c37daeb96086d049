// The temporary folder of a run and everything it started: both end with the run, however it ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
/** @type {Set<() => void>} */
const cleanups = new Set();

/** Has the child killed if the run ends before it. @template {import('node:child_process').ChildProcess} C
 * @param {C} child @returns {C} */
export function watchChild(child) {
  children.add(child);
  child.once('close', () => children.delete(child));
  child.once('error', () => children.delete(child));
  return child;
}

/** A new folder, removed when this process ends, by Ctrl-C too. @param {string} [parent] */
export function makeWorkFolder(parent = tmpdir()) {
  const folder = mkdtempSync(path.join(parent, 'znn-bench-'));
  beforeEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Has `cleanup` called when this process ends. @param {() => void} cleanup */
export function beforeEnd(cleanup) {
  if (cleanups.size === 0) installHandlers();
  cleanups.add(cleanup);
}

function installHandlers() {
  process.once('exit', endEverything);
  for (const [signal, number] of Object.entries(SIGNAL_NUMBERS)) {
    process.once(signal, () => {
      endEverything();
      process.exit(128 + number);
    });
  }
}

function endEverything() {
  for (const child of children) child.kill('SIGKILL');
  // The last first: what was made later may stand in what was made before.
  for (const cleanup of [...cleanups].reverse()) cleanup();
  cleanups.clear();
}

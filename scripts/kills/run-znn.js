import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const znn = path.join(root, 'bin', 'znn.cjs');

/** @typedef {{ signal: NodeJS.Signals, delayMs: number }} Kill */
/** @typedef {{ exitCode: number | null, endedBy: NodeJS.Signals | null, stderr: string, stopMs: number }} RunEnd
 * `stopMs`: from the signal to the end */

/** Runs the command to its end, or to that which a signal makes of it.
 * @param {string} cwd @param {readonly string[]} args @param {Kill} [kill] @returns {Promise<RunEnd>} */
export async function runZnn(cwd, args, kill) {
  const child = spawn(process.execPath, [znn, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  /** @type {Promise<Pick<RunEnd, 'exitCode' | 'endedBy'>>} */
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

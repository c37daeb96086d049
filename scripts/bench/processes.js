// Commands as a user runs them, timed from outside, and helpers that answer requests line by line.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { watchChild } from './work-folder.js';

/** @typedef {{ program: string, args: readonly string[], env?: Readonly<Record<string, string>> }} Command */
/** @typedef {{ seconds: number, stdout: string }} Finished */

const STDERR_MAX_CHARS = 2000;

/** What a machine may have every process of Node do at its start, whatever the program: reading the certificates of a system
 * took 38 ms, twice the start itself. */
const NODE_VARIABLES = ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS'];

/** The environment of everything that is measured. @param {Readonly<Record<string, string>>} added */
function environmentWith(added) {
  const inherited = Object.entries(process.env).filter(([name]) => !NODE_VARIABLES.includes(name));
  return { ...Object.fromEntries(inherited), ...added };
}

/** Runs a command to its end; the time is from the start of the process to its exit.
 * @param {Command} command @returns {Promise<Finished>} */
export function runCommand({ program, args, env = {} }) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = watchChild(
      spawn(program, args, { env: environmentWith(env), stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    let seconds = 0;
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.once('exit', () => (seconds = (performance.now() - start) / 1000));
    child.once('error', reject);
    child.once('close', (status, signal) => {
      if (status === 0) return resolve({ seconds, stdout });
      const end = signal ?? `exit code ${status}`;
      const text = stderr.slice(-STDERR_MAX_CHARS);
      reject(new Error(`${program} ${args.join(' ')} ended with ${end}\n${text}`));
    });
  });
}

/** Starts a helper that reads JSON requests from stdin and answers each with one line of JSON on stdout.
 * @param {Command} command */
export function startServer({ program, args, env = {} }) {
  const child = watchChild(
    spawn(program, args, { env: environmentWith(env), stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise((_, reject) => child.once('error', reject));
  // Looked at with each request; a helper that can't be started must not end the process before.
  failed.catch(() => {});
  // A helper that died is noticed by its missing answer.
  child.stdin.on('error', () => {});
  return {
    /** @param {object} request @returns {Promise<any>} */
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = /** @type {IteratorResult<string>} */ (
        await Promise.race([lines.next(), failed])
      );
      if (done) throw new Error(`${args.at(0)} ended without an answer to ${JSON.stringify(request)}`);
      const answer = JSON.parse(value);
      if (answer.error !== undefined) throw new Error(`${program} ${args.join(' ')}: ${answer.error}`);
      return answer;
    },
    /** Ends the helper. */
    stop: () => new Promise((resolve) => child.once('close', resolve).stdin.end()),
  };
}

/** @typedef {ReturnType<typeof startServer>} Server */

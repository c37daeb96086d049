// znn as its users run it.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const znn = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'znn.cjs');

/** Runs znn in `folder`. @param {string} folder @param {readonly string[]} args @param {Record<string, string>} [environment]
 * @returns what went wrong, with the first lines of stderr; `undefined` if nothing did */
export function runZnn(folder, args, environment = {}) {
  const { status, signal, stderr, error } = spawnSync(process.execPath, [znn, ...args], {
    cwd: folder,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error) return error.message;
  if (status === 0) return undefined;
  return `znn ${args[0]}: ${signal ?? `exit code ${status}`}\n${stderr.split('\n').slice(0, 8).join('\n')}`;
}

// What a run ran on.
import { execFileSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** @typedef {{ cpu: string, processors: number, memoryBytes: number, system: string }} Machine */

/** @returns {Machine} */
export function describeMachine() {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    processors: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
  };
}

/** The first line of what a program prints, or `undefined` if it can't be run.
 * @param {string} program @param {readonly string[]} args */
export function firstLineOf(program, args) {
  try {
    const options = {
      cwd: root,
      encoding: /** @type {const} */ ('utf8'),
      stdio: ['ignore', 'pipe', 'ignore'],
    };
    return execFileSync(program, args, /** @type {any} */ (options))
      .trim()
      .split('\n')[0];
  } catch {
    return undefined;
  }
}

/** Versions of what takes part, but for the peers'. @returns {Record<string, string>} */
export function describeVersions() {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const commit = firstLineOf('git', ['rev-parse', '--short=12', 'HEAD']);
  const isChanged = firstLineOf('git', ['status', '--porcelain', '--untracked-files=no', 'src']);
  return {
    znn: version,
    ...(commit ? { commit: isChanged ? `${commit} and changes to src` : commit } : {}),
    node: process.versions.node,
    v8: process.versions.v8,
  };
}

/** @param {string} folder */
export function freeDiskBytes(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Memory that is free or given back when asked for. */
export function availableMemoryBytes() {
  try {
    const [, kib] = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
    return kib === undefined ? os.freemem() : Number(kib) * 1024;
  } catch {
    return os.freemem();
  }
}

// docs/reliability.md, "The contract", for one run of the command: what it must answer to a fault, and what must not
// have changed.

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { isTemporaryName } from '../../src/io/temporary/temporary-files.js';
import { temporaryFolder } from './temporary-folder.js';
import { linesOf, runZnn, type ZnnRun, type ZnnSettings } from './znn-process.js';

/** Generous: a machine under load is no breach. */
const SECONDS_MAX = 30;
/** docs/performance.md: two workers, whatever the size of the file. */
const MEMORY_MAX_BYTES = 160e6;

export interface Expectation extends Pick<ZnnSettings, 'env' | 'wrapper' | 'shell'> {
  readonly exitCode: 0 | 1 | 2 | 3;
  /** Each line on stderr, in any order. */
  readonly lines: readonly (string | RegExp)[];
  /** Entries that are new or other than before, as `entriesIn` has them; `undefined` for those that are gone. Everything
   * else is as it was. */
  readonly changes?: Readonly<Record<string, string | undefined>>;
  /** Where what is read is large: docs/performance.md allows ten times a safetensors header on top. */
  readonly memoryMaxBytes?: number;
  /** What is done while the command runs. */
  readonly during?: () => Promise<void>;
}

/** Runs the command in `cwd` and asserts all of the contract: exit code, source, destination, no temporary files, one line
 * for each fault, time and memory. */
export async function expectContract(
  args: readonly string[],
  cwd: string,
  { exitCode, lines, changes = {}, memoryMaxBytes, during, ...settings }: Expectation,
): Promise<ZnnRun> {
  const before = entriesIn(cwd);
  const [run] = await Promise.all([runBounded(args, { cwd, ...settings }, memoryMaxBytes), during?.()]);
  expect(run.exitCode, run.stderr).toBe(exitCode);
  const pending = linesOf(run.stderr);
  for (const expected of lines) {
    const at = pending.findIndex((line) =>
      typeof expected === 'string' ? line === expected : expected.test(line),
    );
    expect(at, `${expected} among ${pending.join('\n')}`).toBeGreaterThanOrEqual(0);
    pending.splice(at, 1);
  }
  expect(pending).toEqual([]);
  const after = entriesIn(cwd);
  expect(Object.keys(after).filter((name) => isTemporaryName(path.basename(name)))).toEqual([]);
  const expected = Object.entries({ ...before, ...changes }).filter(([, entry]) => entry !== undefined);
  expect(after).toEqual(Object.fromEntries(expected));
  return run;
}

/** Runs the command and asserts the bounds of time and memory only: for several runs at once, which one of them wins. */
export async function runBounded(
  args: readonly string[],
  settings: ZnnSettings,
  memoryMaxBytes = MEMORY_MAX_BYTES,
): Promise<ZnnRun> {
  const rssPath = path.join(temporaryFolder(), 'rss');
  const run = await runZnn(args, { ...settings, rssPath });
  expect(run.seconds).toBeLessThan(SECONDS_MAX);
  expect(Number(readFileSync(rssPath, 'utf8'))).toBeLessThan(memoryMaxBytes);
  return run;
}

/** All files, links and folders below `root`: relative path → SHA-256 of the content, or what it is. */
export function entriesIn(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(names.map((name) => [name, entryAt(path.join(root, name))]));
}

function entryAt(entryPath: string): string {
  const stats = lstatSync(entryPath);
  if (stats.isSymbolicLink()) return `link to ${readlinkSync(entryPath)}`;
  if (stats.isFile()) return hashOf(readFileSync(entryPath));
  return stats.isDirectory() ? 'folder' : 'special';
}

export function hashOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RawFlags } from '../../src/cli/arguments/options.js';

const support = path.dirname(fileURLToPath(import.meta.url));
const urlOf = (moduleName: string) => pathToFileURL(path.join(support, moduleName)).href;
export const FAULT_SHIM_URL = urlOf('fault-shim.js');

export interface WalkJob {
  readonly verb: 'compress' | 'decompress' | 'verify' | 'check' | 'cache restore';
  /** Relative to the work folder. */
  readonly paths: readonly string[];
  readonly flags: RawFlags;
  /** Copied to `workFolder` before each step. */
  readonly templateFolder: string;
  readonly workFolder: string;
  readonly fault: {
    readonly mode: string;
    readonly error?: string;
    readonly members?: readonly string[];
    readonly threads?: string;
  };
  /** Steps of the walk: 1 for every call. */
  readonly stride: number;
  /** One disturbed run only. */
  readonly isOneStep?: boolean;
  /** Run the second command after every step, also in a state in which it has been run. */
  readonly runsEachAgain?: boolean;
  /** A module of this folder that is loaded first. */
  readonly preload?: string;
}

export type Tree = Readonly<Record<string, string>>;

export interface CommandEnd {
  readonly exitCode: number;
  /** On stderr. */
  readonly lines: readonly string[];
  /** On stdout. */
  readonly printed: readonly string[];
  readonly ms: number;
  /** Relative path → hash of the content. */
  readonly tree: Tree;
}

/** One run with the fault at call `from` (0: none), and what a second one without makes of what it left. */
export interface WalkStep extends CommandEnd {
  readonly from: number;
  /** How many calls went wrong; 0 when there was no call of that number. */
  readonly hits: number;
  readonly member?: string;
  /** Before the run. */
  readonly before: Tree;
  readonly again: CommandEnd;
}

/** The steps of a walk. The first is undisturbed, the last found no call to disturb, and the work folder is left as a second
 * run leaves it. */
export async function walkFaults(job: WalkJob): Promise<WalkStep[]> {
  const preload = job.preload === undefined ? [] : ['--import', urlOf(job.preload)];
  const walker = path.join(support, 'fault-walker.js');
  const args = [...preload, '--import', FAULT_SHIM_URL, walker, JSON.stringify(job)];
  const env = { ...process.env, ZNN_FAULT_NO_SYNC: '1' };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  if (exitCode !== 0) throw new Error(`the walker ended with ${exitCode}: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as WalkStep);
}

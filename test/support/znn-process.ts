import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const preload = (name: string) => pathToFileURL(path.join(root, 'test', 'support', name)).href;
const FAKE_TERMINAL = preload('fake-terminal.js');
const SMALL_DISK = preload('small-disk.js');
const REPORT_MEMORY = preload('report-memory.js');

export interface ZnnRun {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface ZnnSettings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Make the command believe that stdout and stderr are a terminal. */
  readonly terminal?: boolean;
  /** What every file system says is free. */
  readonly freeBytes?: number;
  /** Where the most memory that it had goes, in bytes. */
  readonly rssPath?: string;
  /** An open file for stdout in place of a pipe. */
  readonly stdout?: number;
  /** A program and its first arguments, which then becomes the command: one that sets limits. */
  readonly wrapper?: readonly string[];
  /** A shell's command line to run in place of the command, which has no say in its limits and descriptors. */
  readonly shell?: string;
}

/** Starts the built command as a user's shell would, with stdin closed. */
export function startZnn(
  args: readonly string[],
  { cwd, env, terminal = false, freeBytes, rssPath, stdout, wrapper = [], shell }: ZnnSettings,
): ChildProcess {
  const preloads = [
    ...(terminal ? [FAKE_TERMINAL] : []),
    ...(freeBytes === undefined ? [] : [SMALL_DISK]),
    ...(rssPath === undefined ? [] : [REPORT_MEMORY]),
  ];
  const nodeArgs = preloads.flatMap((module) => ['--import', module]);
  const own = [...nodeArgs, path.join(root, 'bin', 'znn.cjs'), ...args];
  const command = shell === undefined ? [...wrapper, process.execPath, ...own] : ['bash', '-c', shell];
  const [program = '', ...programArgs] = command;
  return spawn(program, programArgs, {
    cwd,
    env: {
      ...process.env,
      // Whatever the tests run in: a terminal without wishes. Undefined is not there.
      ...{ NO_COLOR: undefined, FORCE_COLOR: undefined, CI: undefined, TERM: 'xterm', LC_ALL: 'C.UTF-8' },
      ZNN_TEST_FREE_BYTES: `${freeBytes}`,
      ZNN_TEST_RSS_PATH: rssPath ?? '',
      // A shell's command line names the program itself.
      ...(shell !== undefined && preloads.length > 0 && { NODE_OPTIONS: nodeArgs.join(' ') }),
      ...env,
    },
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
  });
}

/** Runs it to its end. */
export function runZnn(args: readonly string[], settings: ZnnSettings): Promise<ZnnRun> {
  return endOf(startZnn(args, settings));
}

export function endOf(child: ChildProcess): Promise<ZnnRun> {
  const start = performance.now();
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      resolve({ exitCode, signal, stdout, stderr, seconds: (performance.now() - start) / 1000 });
    });
  });
}

/** The objects of `--json`, one a line. */
export function jsonLines(run: ZnnRun): Record<string, unknown>[] {
  return run.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** The lines of a stream; none for an empty one. */
export function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

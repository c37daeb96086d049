import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

export interface ProgramRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Of an `npm run` around the tests: it would tell an npm within where it is and what it does. */
const OUTER_RUN = /^npm_(package|lifecycle|command|config_(local_prefix|global_prefix|prefix|init_module)$)/;

export interface ProgramSettings {
  readonly cwd: string;
  /** The folder of the Node that is to be found first. */
  readonly nodeFolder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, whatever that is. */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, nodeFolder = path.dirname(process.execPath), env = {} }: ProgramSettings,
): Promise<ProgramRun> {
  const outer = Object.entries(process.env).filter(([name]) => !OUTER_RUN.test(name));
  const child = spawn(program, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(outer), ...env, PATH: `${nodeFolder}${path.delimiter}${process.env.PATH}` },
  });
  const run = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      run[stream] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (exitCode) => resolve({ exitCode, ...run }));
  });
}

/** Runs npm and gives its standard output. @throws Error with what npm said when it fails */
export async function npm(args: readonly string[], settings: ProgramSettings): Promise<string> {
  const { exitCode, stdout, stderr } = await runProgram('npm', args, settings);
  if (exitCode !== 0) throw new Error(`npm ${args.join(' ')}: exit code ${exitCode}\n${stderr}`);
  return stdout;
}

/** What an installation of ours need not ask: it is not about audits, and what is in npm's cache is good. */
export const QUIETLY = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'] as const;

import { availableParallelism } from 'node:os';
import { type RawFlags, readOptions, readRestoreOptions } from './arguments/options.js';
import type { CommandName } from './arguments/program.js';
import type { CommandRun } from './commands/command.js';
import type { Output } from './report/output.js';
import { watchSignals } from './signals.js';

const COMMANDS: Readonly<Record<CommandName, () => Promise<CommandRun>>> = {
  compress: async () => (await import('./commands/compress.js')).compressCommand,
  decompress: async () => (await import('./commands/decompress.js')).decompressCommand,
  verify: async () => (await import('./commands/verify.js')).verifyCommand,
  info: async () => (await import('./commands/info.js')).infoCommand,
  check: async () => (await import('./commands/check.js')).checkCommand,
  'cache restore': async () => (await import('./commands/cache-restore.js')).cacheRestoreCommand,
};

/** Runs one command until it ends or a signal stops it.
 * @returns the exit code
 * @throws UsageError for flags that make no sense, ZnnError for a run that cannot start */
export async function startCommand(
  name: CommandName,
  paths: readonly string[],
  flags: RawFlags,
  output: Output,
): Promise<number> {
  const cpuCount = availableParallelism();
  const options =
    name === 'cache restore' ? readRestoreOptions(flags, cpuCount) : readOptions(paths, flags, cpuCount);
  const stop = watchSignals();
  const run = await COMMANDS[name]();
  try {
    const exitCode = await run(options, { output, signal: stop.signal });
    return stop.exitCode() ?? exitCode;
  } catch (error) {
    const exitCode = stop.exitCode();
    if (exitCode === undefined) throw error;
    output.say('znn: stopped; unfinished outputs were removed');
    return exitCode;
  }
}

import { availableParallelism } from 'node:os';
import type { CommandRun } from './command.js';
import { type RawFlags, readOptions, readRestoreOptions } from './options.js';
import type { Output } from './output.js';
import type { CommandName } from './program.js';
import { watchSignals } from './signals.js';

const COMMANDS: Readonly<Record<CommandName, () => Promise<CommandRun>>> = {
  compress: async () => (await import('./compress.js')).compressCommand,
  decompress: async () => (await import('./decompress.js')).decompressCommand,
  verify: async () => (await import('./verify.js')).verifyCommand,
  info: async () => (await import('./info.js')).infoCommand,
  check: async () => (await import('./check.js')).checkCommand,
  'cache restore': async () => (await import('./cache-restore.js')).cacheRestoreCommand,
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

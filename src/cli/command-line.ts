// One command line, from its words to the exit code. Heavy modules are loaded by the command that needs them, so that
// --help is instant.

import { CommanderError } from 'commander';
import { toZnnError, ZnnError } from '../errors.js';
import { exactArguments } from '../io/paths/exact-arguments.js';
import { UsageError } from './arguments/options.js';
import { argumentsForParser, createProgram, type StartCommand } from './arguments/program.js';
import { errorLine } from './report/error-lines.js';
import { EXIT_CODES } from './report/exit-codes.js';
import { processOutput } from './report/output.js';

const output = processOutput();

const start: StartCommand = async (name, paths, flags) => {
  const { startCommand } = await import('./start-command.js');
  process.exitCode = await startCommand(name, paths, flags, output);
};

/** Runs the process's command line, sets its exit code, and never throws. */
export async function runCommandLine(): Promise<void> {
  // A write to a pipe or a file may fail after everything else is done.
  process.on('exit', () => {
    const writeError = output.writeError();
    if (writeError === undefined) return;
    output.say(errorLine(toZnnError(writeError, { file: 'output' })));
    process.exitCode ||= EXIT_CODES.failed;
  });
  try {
    const args = exactArguments(process.argv.slice(2));
    await createProgram(start, output.say).parseAsync(argumentsForParser(args), { from: 'user' });
  } catch (error) {
    process.exitCode = exitCodeOfFailure(error);
  }
}

/** Says what went wrong before or outside of any file's work. */
function exitCodeOfFailure(error: unknown): number {
  // commander has already printed its message, or the help or version that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
  if (error instanceof UsageError) {
    output.say(`znn: ${error.message}`);
    return EXIT_CODES.usage;
  }
  output.say(errorLine(toZnnError(error)));
  return error instanceof ZnnError && error.code === 'invalid-argument'
    ? EXIT_CODES.usage
    : EXIT_CODES.failed;
}

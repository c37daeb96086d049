import { runVerb } from './run-verb.js';
import type { CommandRun } from './start-command.js';

/** `znn compress`: weight files and folders → `.znn`. */
export const compressCommand: CommandRun = (options, context) => runVerb('compress', options, context);

import type { CommandRun } from './command.js';
import { runVerb } from './run-verb.js';

/** `znn compress`: weight files and folders → `.znn`. */
export const compressCommand: CommandRun = (options, context) => runVerb('compress', options, context);

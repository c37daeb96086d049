import type { CommandRun } from './command.js';
import { runVerb } from './run-verb.js';

/** `znn verify`: decodes `.znn` files and compares checksums, where there are any. */
export const verifyCommand: CommandRun = (options, context) => runVerb('verify', options, context);

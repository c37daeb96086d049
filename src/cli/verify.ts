import { runVerb } from './run-verb.js';
import type { CommandRun } from './start-command.js';

/** `znn verify`: decodes `.znn` files and compares checksums, where there are any. */
export const verifyCommand: CommandRun = (options, context) => runVerb('verify', options, context);

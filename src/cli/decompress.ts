import { runVerb } from './run-verb.js';
import type { CommandRun } from './start-command.js';

/** `znn decompress`: `.znn` files and folders of them → what they were made of, byte for byte. */
export const decompressCommand: CommandRun = (options, context) => runVerb('decompress', options, context);

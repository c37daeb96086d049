import type { CommandRun } from './command.js';
import { runVerb } from './run-verb.js';

/** `znn decompress`: `.znn` files and folders of them → what they were made of, byte for byte. */
export const decompressCommand: CommandRun = (options, context) => runVerb('decompress', options, context);

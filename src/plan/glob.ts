import { createRequire } from 'node:module';
import type FastGlob from 'fast-glob';

let loaded: typeof FastGlob | undefined;

/** fast-glob, loaded when a folder or a pattern first needs it. A run on a single file has no use for it, and would wait
 * for it longer than for anything else of the command. */
export function fastGlob(): typeof FastGlob {
  loaded ??= createRequire(import.meta.url)('fast-glob') as typeof FastGlob;
  return loaded;
}

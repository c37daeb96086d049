import { createRequire } from 'node:module';
import type FastGlob from 'fast-glob';

// From dist/ also when this file runs as source, under a test runner: the package is one file there.
let loaded: typeof FastGlob | undefined;

/** fast-glob, loaded when a folder or a pattern first needs it. A run on a single file has no use for it, and would wait
 * for it longer than for anything else of the command. */
export function fastGlob(): typeof FastGlob {
  loaded ??= createRequire(import.meta.url)('../../dist/discover/fast-glob.cjs') as typeof FastGlob;
  return loaded;
}

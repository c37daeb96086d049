import { homedir } from 'node:os';
import { discover } from '../plan/discover.js';
import type { RunPlan, Verb } from '../plan/types.js';
import type { CliOptions } from './options.js';

/** The plan for the paths of a command line. */
export function findFiles(verb: Verb, options: CliOptions): RunPlan {
  return discover({
    verb,
    paths: options.paths,
    ...(options.outputPath !== undefined && { outputPath: options.outputPath }),
    ...(options.include !== undefined && { include: options.include }),
    ...(options.exclude !== undefined && { exclude: options.exclude }),
    removeSources: options.removeSources,
    format: options.format,
    variant: options.variant,
    ...(options.lfs && { lfs: true }),
    machine: { environment: process.env, homePath: homedir() },
  });
}

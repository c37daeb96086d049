import type { RunOptions } from '../../run/types.js';
import type { CliOptions } from './options.js';

/** What of a command line the pipeline needs to know. */
export function runOptionsOf(options: CliOptions): Omit<RunOptions, 'signal' | 'observer'> {
  const { threads, force, update, checksum, removeSources, fsync, sha256, frameIndex, encoding } = options;
  const { format, allDtypes } = options;
  const { removeEach = false, spaceCheck = true } = options;
  return {
    ...{
      threads,
      usesCallingThread: true,
      force,
      update,
      checksum,
      removeSources,
      removeEach,
      spaceCheck,
      fsync,
      sha256,
    },
    ...{ frameIndex, encoding, format, allDtypes },
    ...(options.limits && { limits: options.limits }),
  };
}

import type { ZnnError } from '../../errors.js';

/** What the command's exit code says. */
export const EXIT_CODES = {
  /** All done; files that are up to date or skipped count as done. */
  done: 0,
  /** Some file failed. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** Some file is corrupt or cut short. */
  corrupt: 3,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** 128 + the signal's number, as shells report it. */
export const SIGNAL_EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type HandledSignal = keyof typeof SIGNAL_EXIT_CODES;

/** The exit code of a run with these errors: a damaged file outweighs every other failure. */
export function exitCodeOf(errors: readonly ZnnError[]): ExitCode {
  if (errors.some(({ code }) => code === 'corrupt' || code === 'truncated')) return EXIT_CODES.corrupt;
  return errors.length > 0 ? EXIT_CODES.failed : EXIT_CODES.done;
}

// What ends a job from outside: a signal that comes, or progress that does not.

import { ZnnError } from '../errors.js';
import type { JobControl } from './job/job-control.js';

/** A worker that was told to stop and has not answered by then is ended: it must not keep Ctrl-C waiting. */
const ABORT_GRACE_MS = 500;

/** Aborts the job when the signal comes, and ends workers that do not answer. Returns the way to stop watching. */
export function watchSignal(
  signal: AbortSignal | undefined,
  control: JobControl,
  endWorkers: () => void,
): () => void {
  let grace: NodeJS.Timeout | undefined;
  const onAbort = () => {
    control.abort();
    grace = setTimeout(endWorkers, ABORT_GRACE_MS);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  return () => {
    clearTimeout(grace);
    signal?.removeEventListener('abort', onAbort);
  };
}

/** Calls `onStall`, once, when `doneBytesOf` did not change for `stallMs`. Returns the way to stop watching. */
export function watchStall(
  doneBytesOf: () => number,
  stallMs: number,
  onStall: (error: ZnnError) => void,
): () => void {
  let doneBytes = doneBytesOf();
  const watch = setInterval(() => {
    if (doneBytesOf() === doneBytes) {
      clearInterval(watch);
      onStall(new ZnnError('io', `worker: nothing was finished for ${stallMs / 1000} s`));
    }
    doneBytes = doneBytesOf();
  }, stallMs);
  return () => clearInterval(watch);
}

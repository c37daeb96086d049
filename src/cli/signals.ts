import { removeOpenTemporaries } from '../io/temporary/temporary-files.js';
import { type HandledSignal, SIGNAL_EXIT_CODES } from './report/exit-codes.js';

/** A run that stops in order closes its files and removes its partial outputs in far less; beyond this something hangs. */
const ORDERLY_STOP_MS = 800;

export interface SignalWatch {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The exit code that the first signal asks for. */
  readonly exitCode: () => number | undefined;
}

/** The first signal stops the run in order. A second one, or a run that does not stop in time, ends the process at once,
 * after its partial outputs are removed. */
export function watchSignals(): SignalWatch {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const endNow = (code: number) => {
    removeOpenTemporaries();
    process.exit(code);
  };
  const onSignal = (name: HandledSignal) => {
    if (exitCode !== undefined) endNow(exitCode);
    const code = SIGNAL_EXIT_CODES[name];
    exitCode = code;
    controller.abort();
    // Unreferenced: a run that does stop in time must not wait for it.
    setTimeout(() => endNow(code), ORDERLY_STOP_MS).unref();
  };
  for (const name of Object.keys(SIGNAL_EXIT_CODES) as HandledSignal[]) process.on(name, onSignal);
  return { signal: controller.signal, exitCode: () => exitCode };
}

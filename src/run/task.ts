import type { FileTask } from '../discover/tasks.js';
import { toZnnError } from '../errors.js';
import { startStopwatch } from '../io/stopwatch.js';
import type { Ended, Outcome } from './context.js';
import type { RunOptions } from './types.js';

/** Does one task, and tells how it ended: what it throws fails this file only.
 * @throws the signal's reason when the run was stopped */
export async function runTask(
  task: FileTask,
  { signal, observer }: RunOptions,
  act: () => Promise<Outcome>,
): Promise<Ended> {
  const seconds = startStopwatch();
  observer?.onFileStart?.(task);
  const base = { task, originalBytes: 0, compressedBytes: 0, notes: [] };
  try {
    const { removable, ...outcome } = await act();
    const result = { ...base, ...outcome, seconds: seconds() };
    return { result, ...(removable && { removable }) };
  } catch (thrown) {
    signal?.throwIfAborted();
    const error = toZnnError(thrown, { file: task.sourcePath });
    return { result: { ...base, status: 'failed', seconds: seconds(), error } };
  }
}

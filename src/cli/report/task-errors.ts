import type { FileTask } from '../../discover/tasks.js';
import { ZnnError } from '../../errors.js';
import type { FileResult } from '../../run/types.js';

/** Why a task of the plan is refused. */
export function errorOfTask({ sourcePath, reason }: FileTask): ZnnError {
  return new ZnnError('io', reason ?? 'cannot be used', { file: sourcePath });
}

/** A failed result's error, with the file it concerns. */
export function errorOf({ task, error }: FileResult): ZnnError {
  return error === undefined ? errorOfTask(task) : error.at({ file: task.sourcePath });
}

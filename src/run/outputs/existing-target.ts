import { ZnnError } from '../../errors.js';
import { describeKind, type InputFile, isSameFile } from '../../io/input-file.js';
import { type ExactFileStats, system } from '../../io/system.js';
import type { Outcome, TaskContext, WritingTask } from '../context.js';

/** What stands where an output is to go, or `undefined`.
 * @throws ZnnError `io` when it is nothing that an output may ever replace: a folder, a link, a device, the source */
export function inspectTarget(targetPath: string, source: InputFile | undefined): ExactFileStats | undefined {
  const existing = system.lstatSync(targetPath, { bigint: true, throwIfNoEntry: false });
  if (existing === undefined) return undefined;
  const place = { file: targetPath };
  if (!existing.isFile()) {
    throw new ZnnError('io', `the output is ${describeKind(existing)}, which is never replaced`, place);
  }
  if (source !== undefined && isSameFile(existing, source.stats)) {
    throw new ZnnError('io', `the output is the same file as the input ${source.path}`, place);
  }
  return existing;
}

/** Either an outcome, or the output is to be written, in place of `existing` if that is there. */
export interface TargetDecision {
  readonly outcome?: Outcome;
  readonly existing?: ExactFileStats;
}

/** What becomes of a task whose output may be there already: it is up to date, or it is to be written, in place of `existing` if
 * something stands there.
 * @param ifUpToDate asked for an outcome when a file stands there that could be it
 * @throws ZnnError `io` when something stands there that is neither up to date nor to be replaced */
export async function decideOnTarget(
  task: WritingTask,
  source: InputFile,
  context: TaskContext,
  ifUpToDate: () => Promise<Outcome | undefined>,
): Promise<TargetDecision> {
  const existing = inspectTarget(task.targetPath, source);
  if (existing === undefined) return {};
  const outcome = context.options.force ? undefined : await ifUpToDate();
  if (outcome !== undefined) return { outcome };
  await assertReplaceable(task, existing, context);
  return { existing };
}

/** @throws ZnnError `io` when the file may not be replaced: nobody asked for it, and nothing says that znn made it of an older version
 * of the source; or it is read-only */
export async function assertReplaceable(
  task: WritingTask,
  existing: ExactFileStats,
  { options, ledger }: Pick<TaskContext, 'options' | 'ledger'>,
): Promise<void> {
  const place = { file: task.targetPath };
  if (!options.force && !options.update && !(await ledger.hasMade(task))) {
    const message =
      'already exists and is not what this source and these options give, nor known to be of an older version of it; --update or --force replaces it';
    throw new ZnnError('io', message, place);
  }
  if ((Number(existing.mode) & 0o222) === 0)
    throw new ZnnError('io', 'already exists and is read-only', place);
}

import type { FileTask, RunPlan } from '../plan/types.js';
import { checkSpace } from './check-space.js';
import { planCompressionOf } from './compress.js';
import { planDecompressionOf } from './decompress.js';
import { RestorePlans } from './restore-plans.js';
import { withRunner } from './run-plan.js';
import type { RunOptions } from './types.js';

/** A frame as a dry run shows it. */
export interface PlannedFrame {
  readonly rawOffset: number;
  readonly rawBytes: number;
  /** What it will be encoded as, `auto` where a sample decides; or the dtype that its header names. */
  readonly encoding: string;
}

/** The frames that a task will write or read; `undefined` for a task without frames.
 * @throws ZnnError as the run itself would, for a file that cannot be read or is damaged where frames are described */
export async function plannedFramesOf(
  task: FileTask,
  options: Pick<RunOptions, 'encoding' | 'format' | 'allDtypes' | 'sha256' | 'limits'>,
): Promise<readonly PlannedFrame[] | undefined> {
  if (task.action === 'compress') return (await planCompressionOf(task, options)).frames.map(shown);
  if (task.action !== 'decompress' && task.action !== 'verify') return undefined;
  const { frames } = await withRunner({ threads: 1 }, (runner) =>
    planDecompressionOf(task.sourcePath, options, runner),
  );
  return frames.map((frame) => shown({ ...frame, encoding: frame.dtypeName }));
}

/** What the run would say of free space before it starts, as notes.
 * @throws ZnnError `io` where the run itself would */
export async function spaceNotesOf(plan: RunPlan, options: Omit<RunOptions, 'observer'>): Promise<string[]> {
  const notes: string[] = [];
  const observer = { onNote: (text: string) => void notes.push(text) };
  await withRunner({ threads: 1 }, (runner) =>
    checkSpace(plan, { ...options, observer }, new RestorePlans(runner, options.limits)),
  );
  return notes;
}

function shown({ rawOffset, rawBytes, encoding }: PlannedFrame): PlannedFrame {
  return { rawOffset, rawBytes, encoding };
}

import { assertUnchanged, type InputFile } from '../../io/input-file.js';
import { AtomicFile } from '../../io/outputs/atomic-file.js';
import { type ExactFileStats, system } from '../../io/system.js';
import type { Removable, TaskContext, WritingTask } from '../context.js';

/** What was written, and what `--rm` must know to remove its source. */
export interface Written<Value> {
  readonly value: Value;
  readonly removable?: Removable;
}

/** Makes the output of a file: what `fill` writes gets its name, and its source's mode and times. Nothing unfinished is left,
 * however that ends.
 * @param existing the file that the output replaces
 * @param fill makes sure that the source stayed what it was while it was read
 * @throws ZnnError, or the signal's reason */
export async function writeOutput<Value>(
  { targetPath }: WritingTask,
  source: InputFile,
  existing: ExactFileStats | undefined,
  { options, refusalNotes }: Pick<TaskContext, 'options' | 'refusalNotes'>,
  fill: (output: AtomicFile) => Promise<Value>,
): Promise<Written<Value>> {
  const output = new AtomicFile(targetPath);
  try {
    const value = await fill(output);
    const refusals = await output.commit({
      isDurable: options.fsync || options.removeSources || existing !== undefined,
      replacesExisting: existing !== undefined,
      like: source.stats,
    });
    refusalNotes.add(refusals);
    if (!options.removeSources) return { value };
    const written = system.lstatSync(targetPath, { bigint: true });
    return { value, removable: { source: source.stats, output: written } };
  } catch (error) {
    options.signal?.throwIfAborted();
    // A source that changes explains whatever else went wrong.
    assertUnchanged(source);
    throw error;
  } finally {
    output.discard();
  }
}

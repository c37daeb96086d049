import { ZnnError } from '../errors.js';
import { ENCODINGS } from '../format/dtypes.js';
import { fileSource } from '../io/file-source.js';
import { isSameTime } from '../io/file-times.js';
import { closeInput, type InputFile, openInput } from '../io/input-file.js';
import { makeDurable } from '../io/make-durable.js';
import type { ExactFileStats } from '../io/system.js';
import { planDecompression } from '../plan/decompress-plan.js';
import type { CompressPlan, DecompressPlan, FileTask } from '../plan/types.js';
import { decodeFile } from './decode-file.js';
import { type Outcome, passHooks, type TaskContext, type WritingTask } from './run.js';
import { assertDecodesTo } from './written-check.js';

// An output is up to date when it is complete and its time is that of the source, from which it was copied. Before a source
// is removed that is not enough: then the output is made durable, which an earlier run need not have done, and every byte is
// compared.

/** The outcome if the existing target is the source, compressed as `wanted` and the options say; `undefined` if it is
 * anything else, or is to be replaced whatever it is. */
export async function whereCompressed(
  task: WritingTask,
  source: InputFile,
  wanted: CompressPlan,
  existing: ExactFileStats,
  context: TaskContext,
): Promise<Outcome | undefined> {
  const { options, runner } = context;
  if (options.force || !isSameTime(source.stats.mtimeNs, existing.mtimeNs)) return undefined;
  const compressed = openInput(task.targetPath);
  try {
    const plan = planDecompression(fileSource(compressed), (bytes) => runner.checksum(bytes), options.limits);
    if (plan.rawBytes !== source.fileBytes || !isAsAsked(plan, wanted, context)) return undefined;
    if (options.removeSources) {
      await makeDurable(task.targetPath);
      await assertDecodesTo(source, compressed, task, context, 0, 1);
    }
    return upToDate(source, source.fileBytes, compressed.fileBytes);
  } catch (error) {
    if (isOfContent(error)) return undefined;
    throw error;
  } finally {
    closeInput(compressed);
  }
}

/** The outcome if the existing target is what the source decompresses to; `undefined` if it is anything else, or is to be
 * replaced whatever it is. */
export async function whereRestored(
  task: WritingTask,
  source: InputFile,
  plan: DecompressPlan,
  existing: ExactFileStats,
  context: TaskContext,
): Promise<Outcome | undefined> {
  const isAlike =
    isSameTime(source.stats.mtimeNs, existing.mtimeNs) && Number(existing.size) === plan.rawBytes;
  if (context.options.force || !isAlike) return undefined;
  const restored = openInput(task.targetPath);
  try {
    if (context.options.removeSources) {
      await makeDurable(task.targetPath);
      if (!(await isEqual(source, restored, plan, task, context))) return undefined;
    }
    return upToDate(source, plan.rawBytes, source.fileBytes);
  } finally {
    closeInput(restored);
  }
}

async function isEqual(
  source: InputFile,
  restored: InputFile,
  plan: DecompressPlan,
  task: FileTask,
  { options, runner, base }: TaskContext,
): Promise<boolean> {
  const hooks = passHooks(task, options, plan.rawBytes, 0, 1);
  try {
    await decodeFile(
      plan,
      { sourceFd: source.fd, compareFd: restored.fd, ...(base && { baseFd: base.fd }) },
      runner,
      hooks,
    );
    return true;
  } catch (error) {
    if (!isOfContent(error)) throw error;
    // Either file may be to blame. If it is the source this throws, and says so.
    await decodeFile(plan, { sourceFd: source.fd }, runner, hooks);
    return false;
  }
}

function upToDate(source: InputFile, originalBytes: number, compressedBytes: number): Outcome {
  return { status: 'up-to-date', originalBytes, compressedBytes, removable: source.stats };
}

function isAsAsked(plan: DecompressPlan, wanted: CompressPlan, { options, base }: TaskContext): boolean {
  // Where nothing matches the base, the output does without it.
  const baseBytes = wanted.delta === undefined ? undefined : base?.fileBytes;
  if (plan.base?.baseBytes !== baseBytes) return false;
  if (options.sha256 && plan.sha256 === undefined) return false;
  if (options.format !== plan.format) return false;
  if (options.encoding !== 'auto' && !hasEncodings(plan, wanted)) return false;
  return options.frameIndex === (plan.kind === 'znn');
}

/** Whether every frame is encoded as a forced encoding asks for. */
function hasEncodings({ frames }: DecompressPlan, wanted: CompressPlan): boolean {
  if (frames.length !== wanted.frames.length) return false;
  return wanted.frames.every(({ rawOffset, encoding }, i) => {
    if (rawOffset !== frames[i]?.rawOffset) return false;
    if (encoding === 'auto') return true;
    const { planeCount, rotated } = ENCODINGS[encoding];
    return planeCount === frames[i].planeCount && (planeCount === 1 || rotated === frames[i].rotated);
  });
}

function isOfContent(error: unknown): boolean {
  return error instanceof ZnnError && error.code !== 'io';
}

import { isAboutContent } from '../../errors.js';
import { ENCODINGS } from '../../format/frame/dtypes.js';
import { fileSource } from '../../io/file-source.js';
import { closeInput, type InputFile, openInput } from '../../io/input-file.js';
import { makeDurable } from '../../io/outputs/make-durable.js';
import { planDecompression } from '../../layout/decode/decode-plan.js';
import type { CompressPlan, DecompressPlan } from '../../layout/plans.js';
import type { Outcome, TaskContext, WritingTask } from '../context.js';
import { sha256Of } from '../inputs/sha256.js';
import { hasSameContent } from './same-content.js';

// An output is up to date when it is made as the options say and holds what its source holds now: the content decides, never a time.
// Before a source is removed the output is made durable as well, which an earlier run need not have done, and every byte is compared.

/** `up-to-date` if the file at the target already is the source, compressed as `wanted` and the options say; `undefined` if it must
 * be written.
 * @throws ZnnError `io`, or the signal's reason */
export async function upToDateIfCompressed(
  task: WritingTask,
  source: InputFile,
  wanted: CompressPlan,
  context: TaskContext,
): Promise<Outcome | undefined> {
  const { options, runner } = context;
  const compressed = openInput(task.targetPath);
  try {
    const plan = planDecompression(fileSource(compressed), (bytes) => runner.checksum(bytes), options.limits);
    if (!isAsAsked(plan, wanted, context) || !(await isOfThisBase(plan, context))) return undefined;
    if (options.removeSources) context.refusalNotes.add(await makeDurable(task.targetPath));
    if (!(await hasSameContent(plan, compressed.fd, source, task, context))) return undefined;
    return upToDate(source, compressed, source.fileBytes, compressed.fileBytes);
  } catch (error) {
    // Damaged, so not what the source gives.
    if (isAboutContent(error)) return undefined;
    throw error;
  } finally {
    closeInput(compressed);
  }
}

/** `up-to-date` if the file at the target is what the source restores to; `undefined` if it must be written.
 * @throws ZnnError `corrupt` or `truncated` when the source does not decode, `io`; the signal's reason */
export async function upToDateIfRestored(
  task: WritingTask,
  source: InputFile,
  plan: DecompressPlan,
  context: TaskContext,
): Promise<Outcome | undefined> {
  const restored = openInput(task.targetPath);
  try {
    if (context.options.removeSources) context.refusalNotes.add(await makeDurable(task.targetPath));
    if (!(await hasSameContent(plan, source.fd, restored, task, context))) return undefined;
    return upToDate(source, restored, plan.rawBytes, source.fileBytes);
  } finally {
    closeInput(restored);
  }
}

function upToDate(
  source: InputFile,
  output: InputFile,
  originalBytes: number,
  compressedBytes: number,
): Outcome {
  const removable = { source: source.stats, output: output.stats };
  return { status: 'up-to-date', originalBytes, compressedBytes, removable };
}

/** Whether the output was made against the base that is given now: with another one it would not be restored. */
async function isOfThisBase(
  { base: wanted }: DecompressPlan,
  { base, options }: TaskContext,
): Promise<boolean> {
  if (wanted?.sha256 === undefined || base === undefined) return true;
  return (await sha256Of(base.fd, base.fileBytes, options.signal)) === wanted.sha256;
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

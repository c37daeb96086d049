import { toZnnError } from '../errors.js';
import { encodeEmptyFrame, encodeIndexFrame } from '../format/frame-index-encode.js';
import { AtomicFile } from '../io/atomic-file.js';
import { fileSource } from '../io/file-source.js';
import { assertUnchanged, closeInput, type InputFile, openInput } from '../io/input-file.js';
import { writeFully } from '../io/positional.js';
import type { ExactFileStats } from '../io/system.js';
import { planCompression } from '../plan/compress-plan.js';
import { planContainer } from '../plan/container-plan.js';
import type { CompressPlan, FileTask, RunPlan } from '../plan/types.js';
import type { JobRunner } from '../pool/protocol.js';
import { encodeContainerInto } from './encode-container.js';
import { assertReplaceable, inspectTarget } from './existing-target.js';
import { type Outcome, passHooks, type TaskContext, type WritingTask } from './run.js';
import { runGroups } from './run-groups.js';
import { sha256OfSource } from './sha256.js';
import { runTogether } from './together.js';
import type { RunOptions, RunResult } from './types.js';
import { isCompressedFrom } from './up-to-date.js';
import { assertDecodesTo } from './written-check.js';

type PlanOptions = Pick<RunOptions, 'encoding' | 'format' | 'allDtypes' | 'sha256'>;

/** Compresses the files of `plan`, one after the other. A file that fails does not stop the others; its result says why.
 * An output appears complete or not at all.
 * @throws the signal's reason when the run was stopped; partial outputs are gone by then */
export function compress(plan: RunPlan, options: RunOptions, runner: JobRunner): Promise<RunResult> {
  return runGroups(plan, options, runner, compressFile);
}

/** The frames that a file will become: what a dry run shows.
 * @throws ZnnError `io` */
export function planCompressionOf(sourcePath: string, options: PlanOptions): CompressPlan {
  const source = openInput(sourcePath);
  try {
    return planFrames(source, options);
  } finally {
    closeInput(source);
  }
}

async function compressFile(task: WritingTask, context: TaskContext): Promise<Outcome> {
  const source = openInput(task.sourcePath);
  try {
    const existing = inspectTarget(task.targetPath, source);
    if (existing === undefined) return await writeCompressed(task, source, undefined, context);
    const upToDate = context.options.force
      ? undefined
      : await isCompressedFrom(task, source, existing, context);
    if (upToDate !== undefined) return upToDate;
    assertReplaceable(task.targetPath, existing, context.options.force);
    return await writeCompressed(task, source, existing, context);
  } finally {
    closeInput(source);
  }
}

async function writeCompressed(
  task: WritingTask,
  source: InputFile,
  existing: ExactFileStats | undefined,
  context: TaskContext,
): Promise<Outcome> {
  const { options } = context;
  const plan = planFrames(source, options);
  const output = new AtomicFile(task.targetPath);
  try {
    const encode = plan.container === undefined ? encodeInto : encodeContainerInto;
    const compressedBytes = await encode(output, source, plan, task, context);
    assertUnchanged(source);
    if (options.removeSources) {
      await output.sync();
      await assertDecodesTo(
        source,
        { path: task.targetPath, fd: output.fd, fileBytes: compressedBytes },
        task,
        context,
      );
    }
    await output.commit({
      isDurable: options.fsync || options.removeSources || existing !== undefined,
      replacesExisting: existing !== undefined,
      like: source.stats,
    });
    const notes = plan.note === undefined ? [] : [plan.note];
    return {
      status: 'done',
      originalBytes: source.fileBytes,
      compressedBytes,
      notes,
      removable: source.stats,
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    // A source that changes explains whatever else went wrong.
    assertUnchanged(source);
    throw error;
  } finally {
    output.discard();
  }
}

/** Frames, then the frame index; gives the file's final size. */
async function encodeInto(
  output: AtomicFile,
  source: InputFile,
  plan: CompressPlan,
  task: FileTask,
  { options, runner }: TaskContext,
): Promise<number> {
  // Writing into a file that has its length already is several times faster; what stays unused is cut off below.
  output.setLength(source.fileBytes);
  const job = {
    kind: 'compress',
    sourceFd: source.fd,
    targetFd: output.fd,
    targetPath: output.targetPath,
    frames: plan.frames,
    hasFrameIndex: options.frameIndex,
  } as const;
  const passCount = options.removeSources ? 2 : 1;
  const hooks = passHooks(task, options, source.fileBytes, 0, passCount);
  const [encoded, sha256] = await runTogether(options.signal, [
    (signal) => runner.compress(job, { ...hooks, signal }),
    async (signal) => (options.sha256 ? sha256OfSource(source, signal) : undefined),
  ] as const);
  const originalBytes = source.fileBytes;
  const ending = options.frameIndex
    ? encodeIndexFrame(
        { originalBytes, frames: encoded.frames, ...(sha256 && { sha256 }) },
        runner.checksum.bind(runner),
      )
    : encodeEnding(originalBytes);
  try {
    writeFully(output.fd, ending, encoded.encodedBytes);
  } catch (error) {
    throw toZnnError(error, { file: output.targetPath });
  }
  const compressedBytes = encoded.encodedBytes + ending.byteLength;
  output.setLength(compressedBytes);
  return compressedBytes;
}

// A file of no bytes at all is one that no decoder takes.
function encodeEnding(originalBytes: number): Uint8Array {
  return originalBytes === 0 ? encodeEmptyFrame() : new Uint8Array(0);
}

function planFrames(source: InputFile, options: PlanOptions): CompressPlan {
  if (options.format === 'safetensors') return planContainer(fileSource(source), options);
  const { encoding } = options;
  const isNamedSafetensors = source.path.endsWith('.safetensors');
  return planCompression(fileSource(source), { encoding, isNamedSafetensors });
}

import path from 'node:path';
import type { FileTask, RunPlan } from '../../discover/tasks.js';
import { toZnnError } from '../../errors.js';
import { assertNoPointer } from '../../format/foreign/pointers.js';
import type { EncodedFrame } from '../../format/frame/frames.js';
import { DELTA_MATCHED } from '../../format/frame/header.js';
import type { BaseIdentity } from '../../format/frame-index/fields.js';
import {
  encodeEmptyFrame,
  encodeIndexFrame,
  type IndexedFile,
} from '../../format/frame-index/index-encode.js';
import { fileSource } from '../../io/file-source.js';
import { assertUnchanged, closeInput, type InputFile, openInput } from '../../io/input-file.js';
import type { AtomicFile } from '../../io/outputs/atomic-file.js';
import { writeFully } from '../../io/positional.js';
import type { ExactFileStats } from '../../io/system.js';
import { planContainer } from '../../layout/encode/container-encode-plan.js';
import { planDelta } from '../../layout/encode/delta-plan.js';
import { planCompression } from '../../layout/encode/encode-plan.js';
import type { CompressPlan } from '../../layout/plans.js';
import type { JobRunner } from '../../pool/job/protocol.js';
import { explained, withForeignNote } from '../companions/foreign-notes.js';
import { type Outcome, passHooks, type TaskContext, type WritingTask } from '../context.js';
import { runGroups } from '../groups.js';
import { assertOtherFile, withBase } from '../inputs/base-file.js';
import { sha256Of, sha256OfSource } from '../inputs/sha256.js';
import { unlessMadeMeanwhile } from '../outputs/another-run.js';
import { decideOnTarget, type TargetDecision } from '../outputs/existing-target.js';
import { assertDecodesTo } from '../outputs/read-back.js';
import { upToDateIfCompressed } from '../outputs/up-to-date.js';
import { writeOutput } from '../outputs/write-output.js';
import { runTogether } from '../run-together.js';
import type { RunOptions, RunResult } from '../types.js';
import { encodeContainerInto } from './compress-container.js';

type PlanOptions = Pick<RunOptions, 'encoding' | 'format' | 'allDtypes' | 'sha256' | 'limits'>;

/** Compresses the files of `plan`, one after the other. A file that fails does not stop the others; its result says why.
 * An output appears complete or not at all.
 * @throws the signal's reason when the run was stopped; partial outputs are gone by then */
export function compress(plan: RunPlan, options: RunOptions, runner: JobRunner): Promise<RunResult> {
  return runGroups(plan, options, runner, compressFile);
}

/** The frames that a file will become: what a dry run shows.
 * @throws ZnnError `io` */
export function planCompressionOf(task: FileTask, options: PlanOptions): Promise<CompressPlan> {
  return withBase(task, async (base) => {
    const source = openInput(task.sourcePath);
    try {
      return planFrames(source, options, base);
    } finally {
      closeInput(source);
    }
  });
}

function compressFile(task: WritingTask, context: TaskContext): Promise<Outcome> {
  return withBase(task, (base) => compressAgainst(task, { ...context, ...(base && { base }) }));
}

/** What would become of the task, with nothing written.
 * @throws ZnnError `io` when the source cannot be read, or the target may not be replaced */
export async function decideOnCompressed(task: WritingTask, context: TaskContext): Promise<TargetDecision> {
  const source = openInput(task.sourcePath);
  try {
    assertOtherFile(context.base, source);
    return await decide(task, source, planFrames(source, context.options, context.base), context);
  } finally {
    closeInput(source);
  }
}

function decide(
  task: WritingTask,
  source: InputFile,
  plan: CompressPlan,
  context: TaskContext,
): Promise<TargetDecision> {
  return decideOnTarget(task, source, context, () => upToDateIfCompressed(task, source, plan, context));
}

async function compressAgainst(task: WritingTask, context: TaskContext): Promise<Outcome> {
  const source = openInput(task.sourcePath);
  try {
    assertOtherFile(context.base, source);
    const plan = planFrames(source, context.options, context.base);
    const { outcome, existing } = await decide(task, source, plan, context);
    if (outcome !== undefined) return outcome;
    const write = () => writeCompressed(task, source, plan, existing, context);
    return await unlessMadeMeanwhile(task, source, write, () =>
      upToDateIfCompressed(task, source, plan, context),
    );
  } finally {
    closeInput(source);
  }
}

async function writeCompressed(
  task: WritingTask,
  source: InputFile,
  plan: CompressPlan,
  existing: ExactFileStats | undefined,
  context: TaskContext,
): Promise<Outcome> {
  const { options, base } = context;
  const { value: compressedBytes, removable } = await writeOutput(
    task,
    source,
    existing,
    context,
    async (output) => {
      const encode = plan.container === undefined ? encodeInto : encodeContainerInto;
      const fileBytes = await encode(output, source, plan, task, context);
      assertUnchanged(source);
      if (base !== undefined) assertUnchanged(base);
      if (options.removeSources) {
        await output.sync();
        const written = { path: task.targetPath, fd: output.fd, fileBytes };
        await assertDecodesTo(source, written, task, context, 1, 2);
      }
      return fileBytes;
    },
  );
  return {
    status: 'done',
    originalBytes: source.fileBytes,
    compressedBytes,
    replaced: existing !== undefined,
    notes: notesOf(task, plan),
    ...(removable && { removable }),
  };
}

function notesOf({ missingBasePath }: FileTask, { note }: CompressPlan): string[] {
  return [
    ...(note === undefined ? [] : [note]),
    ...(missingBasePath === undefined ? [] : [`${missingBasePath} is not there: compressed without a base`]),
  ];
}

/** Frames, then the frame index; gives the file's final size. */
async function encodeInto(
  output: AtomicFile,
  source: InputFile,
  plan: CompressPlan,
  task: FileTask,
  { options, runner, base }: TaskContext,
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
    ...(plan.delta !== undefined && { delta: plan.delta }),
    ...(base !== undefined && { baseFd: base.fd }),
  } as const;
  const passCount = options.removeSources ? 2 : 1;
  const hooks = passHooks(task, options, source.fileBytes, 0, passCount);
  const against = plan.delta === undefined ? undefined : base;
  const [encoded, sha256, baseSha256] = await runTogether(options.signal, [
    (signal) => runner.compress(job, { ...hooks, signal }),
    async (signal) => (options.sha256 ? sha256OfSource(source, signal) : undefined),
    async (signal) => (against === undefined ? undefined : sha256Of(against.fd, against.fileBytes, signal)),
  ] as const);
  const originalBytes = source.fileBytes;
  const ending = options.frameIndex
    ? encodeIndexFrame(
        {
          ...{ originalBytes, frames: withBaseOffsets(encoded.frames, plan) },
          ...(sha256 && { sha256 }),
          ...(against && baseSha256 && { base: identityOf(against, baseSha256) }),
        },
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

/** Only our own delta files say which part of the base a frame needs. */
function withBaseOffsets(frames: readonly EncodedFrame[], plan: CompressPlan): IndexedFile['frames'] {
  if (plan.delta !== DELTA_MATCHED) return frames;
  return frames.map((frame, i) => {
    const baseOffset = plan.frames[i]?.baseOffset;
    return baseOffset === undefined ? frame : { ...frame, baseOffset };
  });
}

function identityOf(base: InputFile, sha256: string): BaseIdentity {
  return { name: path.basename(base.path).toWellFormed(), baseBytes: base.fileBytes, sha256 };
}

function planFrames(source: InputFile, options: PlanOptions, base: InputFile | undefined): CompressPlan {
  assertNoPointer(fileSource(source));
  if (options.format === 'safetensors') return planTensors(source, options);
  const { encoding, limits = {} } = options;
  const isNamedSafetensors = source.path.endsWith('.safetensors');
  const planned = planCompression(fileSource(source), { encoding, isNamedSafetensors, limits });
  const plan = withForeignNote(planned, source);
  return base === undefined ? plan : planDelta(plan, fileSource(source), fileSource(base), limits);
}

function planTensors(source: InputFile, options: PlanOptions): CompressPlan {
  try {
    return planContainer(fileSource(source), options);
  } catch (error) {
    throw explained(error, source);
  }
}

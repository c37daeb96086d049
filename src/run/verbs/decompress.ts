import type { RunPlan } from '../../discover/tasks.js';
import { assertUnchanged, closeInput, type InputFile, openInput } from '../../io/input-file.js';
import type { ExactFileStats } from '../../io/system.js';
import type { DecompressPlan } from '../../layout/plans.js';
import type { JobRunner } from '../../pool/job/protocol.js';
import { type Outcome, passHooks, type TaskContext, type WritingTask } from '../context.js';
import { runGroups } from '../groups.js';
import { assertBase, withBase } from '../inputs/base-file.js';
import { decodeFile } from '../inputs/decode-file.js';
import { planRestore } from '../inputs/open-plan.js';
import { assertSha256 } from '../inputs/sha256.js';
import { unlessMadeMeanwhile } from '../outputs/another-run.js';
import { decideOnTarget, type TargetDecision } from '../outputs/existing-target.js';
import { upToDateIfRestored } from '../outputs/up-to-date.js';
import { writeOutput } from '../outputs/write-output.js';
import type { RunOptions, RunResult } from '../types.js';

/** Restores the files of `plan`, one after the other, each checked against the checksums it carries. A file that fails
 * does not stop the others; its result says why. An output appears complete or not at all.
 * @throws the signal's reason when the run was stopped; partial outputs are gone by then */
export function decompress(plan: RunPlan, options: RunOptions, runner: JobRunner): Promise<RunResult> {
  return runGroups(plan, options, runner, decompressFile);
}

/** The frames of a compressed file: what a dry run shows.
 * @throws ZnnError `truncated`, `corrupt`, `unsupported` or `io` */
export function planDecompressionOf(
  sourcePath: string,
  { limits }: Pick<RunOptions, 'limits'>,
  runner: Pick<JobRunner, 'checksum'>,
): DecompressPlan {
  const source = openInput(sourcePath);
  try {
    return planRestore(source, (bytes) => runner.checksum(bytes), limits);
  } finally {
    closeInput(source);
  }
}

function decompressFile(task: WritingTask, context: TaskContext): Promise<Outcome> {
  return withBase(task, (base) => restoreFrom(task, { ...context, ...(base && { base }) }));
}

/** What would become of the task, with nothing written.
 * @throws ZnnError when the source is damaged or lacks its base, `io` when the target may not be replaced */
export async function decideOnRestored(task: WritingTask, context: TaskContext): Promise<TargetDecision> {
  const source = openInput(task.sourcePath);
  try {
    return (await decide(task, source, context)).decision;
  } finally {
    closeInput(source);
  }
}

async function decide(
  task: WritingTask,
  source: InputFile,
  context: TaskContext,
): Promise<{ plan: DecompressPlan; decision: TargetDecision }> {
  const plan = context.restorePlans.of(source);
  await assertBase(plan, context.base, task, context.options.signal);
  const ifUpToDate = () => upToDateIfRestored(task, source, plan, context);
  return { plan, decision: await decideOnTarget(task, source, context, ifUpToDate) };
}

async function restoreFrom(task: WritingTask, context: TaskContext): Promise<Outcome> {
  const source = openInput(task.sourcePath);
  try {
    const { plan, decision } = await decide(task, source, context);
    if (decision.outcome !== undefined) return decision.outcome;
    const write = () => writeRestored(task, source, plan, decision.existing, context);
    return await unlessMadeMeanwhile(task, source, write, () =>
      upToDateIfRestored(task, source, plan, context),
    );
  } finally {
    closeInput(source);
  }
}

async function writeRestored(
  task: WritingTask,
  source: InputFile,
  plan: DecompressPlan,
  existing: ExactFileStats | undefined,
  context: TaskContext,
): Promise<Outcome> {
  const { options, runner, base } = context;
  const input = { sourceFd: source.fd, ...(base && { baseFd: base.fd }) };
  const passCount = options.removeSources ? 2 : 1;
  const { removable } = await writeOutput(task, source, existing, context, async (output) => {
    output.setLength(plan.rawBytes);
    const target = { targetFd: output.fd, targetPath: output.targetPath };
    const firstPass = passHooks(task, options, plan.rawBytes, 0, passCount);
    await decodeFile(plan, { ...input, ...target }, runner, firstPass);
    if (plan.sha256 !== undefined) await assertSha256(output.fd, plan.rawBytes, plan.sha256, options.signal);
    if (options.removeSources) {
      await output.sync();
      const hooks = passHooks(task, options, plan.rawBytes, 1, passCount);
      await decodeFile(plan, { ...input, compareFd: output.fd }, runner, hooks);
    }
    assertUnchanged(source);
    if (base !== undefined) assertUnchanged(base);
  });
  return {
    status: 'done',
    originalBytes: plan.rawBytes,
    compressedBytes: source.fileBytes,
    checked: plan.kind === 'znn' ? 'content' : 'structure',
    notes: plan.note === undefined ? [] : [plan.note],
    replaced: existing !== undefined,
    ...(removable && { removable }),
  };
}

import type { FileTask, RunPlan } from '../../discover/tasks.js';
import { assertUnchanged, closeInput, openInput } from '../../io/input-file.js';
import type { JobRunner } from '../../pool/job/protocol.js';
import { type Outcome, passHooks, type TaskContext } from '../context.js';
import { runGroups } from '../groups.js';
import { assertBase, withBase } from '../inputs/base-file.js';
import { decodeFile, decodeFileInOrder } from '../inputs/decode-file.js';
import { assertDecodedSha256 } from '../inputs/sha256.js';
import type { RunOptions, RunResult } from '../types.js';

/** Decodes the files of `plan` and writes nothing. A result's `checked` says whether the file carries checksums, and
 * they matched, or only its structure could be checked.
 * @throws the signal's reason when the run was stopped */
export function verify(plan: RunPlan, options: RunOptions, runner: JobRunner): Promise<RunResult> {
  return runGroups(plan, { ...options, removeSources: false }, runner, verifyFile);
}

function verifyFile(task: FileTask, context: TaskContext): Promise<Outcome> {
  return withBase(task, (base) => verifyAgainst(task, { ...context, ...(base && { base }) }));
}

async function verifyAgainst(
  task: FileTask,
  { options, runner, restorePlans, base }: TaskContext,
): Promise<Outcome> {
  const source = openInput(task.sourcePath);
  try {
    const plan = restorePlans.of(source);
    // Frames with checksums can be checked without the base. A delta file without them says too little.
    if (base !== undefined || plan.kind === 'zipnn') await assertBase(plan, base, task, options.signal);
    const hooks = passHooks(task, options, plan.rawBytes, 0, 1);
    await decodeFile(plan, { sourceFd: source.fd }, runner, hooks);
    if (plan.sha256 !== undefined && (plan.base === undefined || base !== undefined)) {
      await assertDecodedSha256(
        decodeFileInOrder(plan, source.fd, runner, base?.fd),
        plan.sha256,
        options.signal,
      );
    }
    assertUnchanged(source);
    return {
      status: 'done',
      originalBytes: plan.rawBytes,
      compressedBytes: source.fileBytes,
      checked: plan.kind === 'znn' ? 'content' : 'structure',
    };
  } finally {
    closeInput(source);
  }
}

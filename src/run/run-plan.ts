import type { RunPlan } from '../discover/tasks.js';
import type { JobRunner } from '../pool/job/protocol.js';
import { createJobRunner, type PoolOptions } from '../pool/pool.js';
import { SMALL_RUN_BYTES } from './small-run.js';
import type { RunOptions, RunResult } from './types.js';
import { compress } from './verbs/compress.js';
import { decompress } from './verbs/decompress.js';
import { verify } from './verbs/verify.js';

const RUNS = { compress, decompress, verify } as const;

/** A plan of one of the verbs that go through a file's contents. */
export type RunnablePlan = RunPlan & { readonly verb: keyof typeof RUNS };

/** Carries a plan out on threads of its own, which are at an end when it returns.
 * @throws the signal's reason when the run was stopped; partial outputs are gone by then */
export function runPlan(plan: RunnablePlan, options: RunOptions): Promise<RunResult> {
  return withRunner(threadsFor(plan, options), (runner) => RUNS[plan.verb](plan, options, runner));
}

function threadsFor({ groups }: RunPlan, { threads, usesCallingThread = false }: RunOptions): PoolOptions {
  const tasks = groups.flatMap((group) => group.tasks);
  const isSmall = tasks.reduce((sum, { sourceBytes }) => sum + sourceBytes, 0) < SMALL_RUN_BYTES;
  return { threads: usesCallingThread && isSmall ? 1 : threads, usesCallingThread };
}

/** Lends a runner to `work`. Workers start when a job first needs them, so a runner that is not used costs little. */
export async function withRunner<Value>(
  { threads, usesCallingThread = false }: PoolOptions,
  work: (runner: JobRunner) => Value | Promise<Value>,
): Promise<Value> {
  const runner = createJobRunner({ threads, usesCallingThread });
  try {
    return await work(runner);
  } finally {
    runner.close();
  }
}

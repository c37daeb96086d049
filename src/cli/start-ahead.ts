import { availableParallelism } from 'node:os';
import { bytesAt } from '../io/paths/file-sizes.js';
import { SMALL_RUN_BYTES } from '../run/small-run.js';

const VERBS = new Set(['compress', 'c', 'decompress', 'd', 'verify']);
/** With these the workers are fewer, or there is no work. */
const OTHER_RUNS = /^(-\w*[Th]|--threads|--dry-run|--help)/;
/** How much of a function V8 executes, in bytes of bytecode, between two looks at whether to optimize it; three times its own
 * choice. What the threads of a run call for each chunk is not worth optimizing before several GiB: it waits for the kernels. */
const INTERRUPT_BUDGET_BYTES = 3 * (66 << 10);
/** Node 20's. Later ones have no such flag, and a cheaper compiler before the optimizing one. */
const HAS_INTERRUPT_BUDGET = process.versions.v8.startsWith('11.');

/** Starts the workers of a run that will most likely need them, one less than threads, since the calling thread is one; the command
 * itself is still to be loaded, which takes a processor too. It looks at the words of the command line without understanding them;
 * a wrong guess costs time, and nothing else. */
export async function startAhead([verb = '', ...words]: readonly string[]): Promise<void> {
  if (!VERBS.has(verb) || words.some((word) => OTHER_RUNS.test(word))) return;
  const paths = words.filter((word) => !word.startsWith('-'));
  const bytes = paths.reduce((sum, path) => sum + bytesAt(path), 0);
  const workerCount = availableParallelism() - 1;
  if (bytes >= SMALL_RUN_BYTES && workerCount > 0) await start(workerCount);
}

/** What it takes is loaded only here: most command lines have no use for it. */
async function start(count: number): Promise<void> {
  try {
    const { addFlag, startWorkersAhead } = await import('../pool/spare-workers.js');
    if (HAS_INTERRUPT_BUDGET) addFlag(`--interrupt-budget=${INTERRUPT_BUDGET_BYTES}`);
    startWorkersAhead(count);
  } catch {
    // It will fail again where the workers are needed, and be reported there.
  }
}

import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests of functions: what they replace they put back (test/support/shared-process.ts), so that files may share a process. */
const FUNCTIONS = ['unit', 'kernels', 'golden', 'regression'].map((folder) => `test/${folder}/**/*.test.ts`);
/** Slow and seldom broken: the package as it is installed, Nodes that are too old, kills, several runs at once, real mounts, the walk
 * through the workers' calls, the README's examples. By `npm run test:system`. */
const SYSTEM = [
  'test/supply-chain/{audit,old-nodes,package}.test.ts',
  'test/faults/{file-systems,kills,several-runs}.test.ts',
  'test/faults/every-call/workers.test.ts',
  'test/cli/readme.test.ts',
];
// Two cores are the smallest machine we promise to be pleasant on; tests of child processes need the slack.
const TIMEOUTS = { testTimeout: 60_000, hookTimeout: 60_000 };
// No test may find what another one noted of its outputs: those about the notes name a folder of their own.
const env = { ZNN_CACHE_DIR: '' };
const BYTE_EQUALITY = 'test/support/byte-equality.ts';

export default defineConfig({
  test: {
    // Vitest leaves one core to its main thread, which has next to nothing to do: half of a machine of two.
    maxWorkers: availableParallelism(),
    // They start in the order of their names: the many short files of `functions` come last and fill both cores.
    projects: [
      {
        test: {
          ...TIMEOUTS,
          env,
          name: 'commands',
          include: ['test/**/*.test.ts'],
          exclude: [...FUNCTIONS, ...SYSTEM],
          setupFiles: [BYTE_EQUALITY],
        },
      },
      {
        test: {
          ...TIMEOUTS,
          env,
          name: 'functions',
          include: FUNCTIONS,
          isolate: false,
          setupFiles: [BYTE_EQUALITY, 'test/support/shared-process.ts'],
        },
      },
      {
        test: { ...TIMEOUTS, env, name: 'system', include: SYSTEM, setupFiles: [BYTE_EQUALITY] },
      },
    ],
  },
});

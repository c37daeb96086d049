// Walks a fault through a command, from the first call of the file system to the last, in one process: node --import
// fault-shim.js fault-walker.js JOB, where JOB is the JSON of a WalkJob (fault-walk.ts). One JSON line a step.
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findFiles } from '../../dist/cli/arguments/find-files.js';
import { readOptions, readRestoreOptions } from '../../dist/cli/arguments/options.js';
import { cacheRestoreCommand } from '../../dist/cli/commands/cache-restore.js';
import { checkCommand } from '../../dist/cli/commands/check.js';
import { runFound, runVerb } from '../../dist/cli/commands/run-verb.js';
import { errorLine } from '../../dist/cli/report/error-lines.js';
import { toZnnError } from '../../dist/errors.js';
import { runPlan } from '../../dist/run/run-plan.js';
import { arm, disarm } from './fault-shim.js';
import { stateOf } from './tree-state.js';

/** @type {import('./fault-walk.js').WalkJob} */
const job = JSON.parse(process.argv[2] ?? '');
// Where a model of the cache is looked for.
process.env.HF_HUB_CACHE = path.join(job.workFolder, 'hub');
/** Beyond any walk: a command of some ten files makes a few hundred calls. */
const STEPS_MAX = 5000;

// Each command compiles the kernels anew, as a process does; here that would take half of the time.
const { Module } = WebAssembly;
/** @type {WebAssembly.Module | undefined} */
let compiled;
/** @type {any} */ (WebAssembly).Module = function once(/** @type {Uint8Array} */ bytes) {
  compiled ??= new Module(bytes);
  return compiled;
};

/** What the second run made of each state that a first one left: most steps of a walk leave one of a few.
 * @type {Map<string, import('./fault-walk.js').CommandEnd>} */
const ends = new Map();

fill();
const { times: origins } = stateOf(job.workFolder, new Set());
const original = stateOf(job.workFolder, origins);
let state = original;
for (let from = 0; from < STEPS_MAX; from += job.stride) {
  if (state.key !== original.key) {
    fill();
    state = stateOf(job.workFolder, origins);
    if (state.key !== original.key) throw new Error('a copy of the template is not the copy before');
  }
  const before = state.tree;
  // The first step runs undisturbed: the others are compared with what it gives.
  if (from > 0) arm({ ...job.fault, from });
  const first = await command();
  const { hits, member } = disarm();
  state = stateOf(job.workFolder, origins);
  const { tree } = state;
  const again = await secondRun();
  console.log(JSON.stringify({ from, hits, member, before, ...first, tree, again }));
  if (from > 0 && (hits === 0 || job.isOneStep)) break;
}
// Whoever looks at the folder afterwards finds what second runs make, also where the last was remembered.
await command();

function fill() {
  rmSync(job.workFolder, { recursive: true, force: true });
  cpSync(job.templateFolder, job.workFolder, {
    ...{ recursive: true, preserveTimestamps: true, verbatimSymlinks: true },
  });
}

/** How a second run ends in the state that a first one left: as it did when it was run in that state. */
async function secondRun() {
  const { key } = state;
  const known = job.runsEachAgain ? undefined : ends.get(key);
  if (known !== undefined) return known;
  const end = await command();
  state = stateOf(job.workFolder, origins);
  const again = { ...end, tree: state.tree };
  ends.set(key, again);
  return again;
}

async function command() {
  /** @type {string[]} */
  const lines = [];
  /** @type {string[]} */
  const printed = [];
  const output = {
    print: (/** @type {string} */ line) => void printed.push(line),
    say: (/** @type {string} */ line) => void lines.push(line),
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    writeError: () => undefined,
  };
  const startMs = performance.now();
  process.chdir(job.workFolder);
  let exitCode;
  try {
    const context = { output, signal: new AbortController().signal };
    exitCode = await runJob(context);
  } catch (thrown) {
    const error = toZnnError(thrown);
    lines.push(errorLine(error));
    exitCode = error.code === 'invalid-argument' ? 2 : 1;
  }
  return { exitCode, lines, printed, ms: performance.now() - startMs };
}

/** @param {import('../../src/cli/commands/command.js').CommandContext} context */
function runJob(context) {
  const { verb, paths, flags } = job;
  if (verb === 'cache restore') return cacheRestoreCommand(readRestoreOptions(flags, 2), context);
  const options = readOptions(paths, flags, 2);
  if (verb === 'check') return checkCommand(options, context);
  return job.fault.threads === 'workers'
    ? runOnWorkers(verb, options, context)
    : runVerb(verb, options, context);
}

/** As `runVerb`, but the calling thread leaves all to the workers, so that there are as many calls in these each time.
 * @param {'compress' | 'decompress' | 'verify'} verb
 * @param {import('../../src/cli/arguments/options.js').CliOptions} options
 * @param {import('../../src/cli/commands/command.js').CommandContext} context */
function runOnWorkers(verb, options, context) {
  const find = () => ({ ...findFiles(verb, options), verb });
  return runFound(options, context, find, (plan, runOptions) =>
    runPlan({ ...plan, verb }, { ...runOptions, usesCallingThread: false }),
  );
}

// Makes calls of the file system fail or fall short, by their number: loaded with `--import`, it replaces the members of
// the one object in dist/io/system.js through which the product touches files. Workers load it too, and all threads of
// a process count together. Armed by `arm`, or for a whole process by the environment variable ZNN_FAULT:
// {"mode", "members", "from", "error", "threads"}, as the first parameter of `arm`.
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import { system } from '../../dist/io/system.js';

/** @typedef {'once' | 'from' | 'short' | 'short-once' | 'nothing' | 'throw-null' | 'exit' | 'trap' | 'out-of-memory' | 'hang' | 'slow'} FaultMode */
/** @typedef {{ mode: FaultMode, members?: readonly string[], from?: number, error?: string, threads?: 'workers' | 'main' }} Fault */

const MEMBERS = Object.keys(system);
const MODES = [
  ...['off', 'once', 'from', 'short', 'short-once', 'nothing', 'throw-null', 'exit', 'trap', 'out-of-memory'],
  ...['hang', 'slow'],
];
const ERRORS = [
  'natural',
  'EIO',
  'ENOSPC',
  'EMFILE',
  'EACCES',
  'EROFS',
  'EXDEV',
  'EDQUOT',
  'EPERM',
  'ENOTSUP',
];
/** Where calls go wrong: everywhere, unless it is said. @type {(string | undefined)[]} */
const THREAD_KINDS = [undefined, 'workers', 'main'];
/** What each call fails with in practice. */
const NATURAL = {
  ...{ openSync: 'EMFILE', writeSync: 'ENOSPC', writevSync: 'EDQUOT', ftruncateSync: 'ENOSPC' },
  ...{ fsync: 'ENOSPC', closeSync: 'ENOSPC', linkSync: 'EXDEV', renameSync: 'EXDEV', mkdirSync: 'EROFS' },
  ...{
    unlinkSync: 'EACCES',
    fchmodSync: 'EPERM',
    lutimesSync: 'EPERM',
    fchownSync: 'EPERM',
    statSync: 'EACCES',
    lstatSync: 'EACCES',
  },
  ...{ realpathSync: 'ELOOP', readdirSync: 'EACCES' },
};

// Int32 slots, shared by all threads.
const [MODE, COUNT, FROM, ERROR, MEMBER_BITS, THREADS, HITS, FIRST_HIT] = [0, 1, 2, 3, 4, 5, 6, 7];
const KEY = 'znn-fault-slots';
if (isMainThread) setEnvironmentData(KEY, new SharedArrayBuffer(64));
const slots = new Int32Array(
  /** @type {SharedArrayBuffer} */ (/** @type {unknown} */ (getEnvironmentData(KEY))),
);

/** From now on call number `from` of `members` (all, unless given) goes wrong. @param {Fault} fault */
export function arm({ mode, members = MEMBERS, from = 1, error = 'EIO', threads }) {
  if (!MODES.includes(mode) || !ERRORS.includes(error)) throw new Error(`unknown fault ${mode} ${error}`);
  const bits = members.reduce((sum, name) => sum | (1 << MEMBERS.indexOf(name)), 0);
  slots.set([
    MODES.indexOf(mode),
    0,
    from,
    ERRORS.indexOf(error),
    bits,
    THREAD_KINDS.indexOf(threads),
    0,
    -1,
  ]);
}

/** Ends that, and tells how many calls there were, how many went wrong, and which was the first that did. */
export function disarm() {
  Atomics.store(slots, MODE, 0);
  return { calls: slots[COUNT], hits: slots[HITS], member: MEMBERS[slots[FIRST_HIT] ?? -1] };
}

// A walk is about what follows from the answer, and a thousand real syncs take minutes.
if (process.env.ZNN_FAULT_NO_SYNC) system.fsync = async () => {};

for (const [index, name] of MEMBERS.entries()) {
  const real = /** @type {any} */ (system)[name];
  /** @type {any} */ (system)[name] = (/** @type {any[]} */ ...args) => {
    const mode = strikes(index);
    return mode === undefined ? real(...args) : goWrong(mode, name, real, args);
  };
}

/** @param {number} member */
function strikes(member) {
  const mode = MODES[Atomics.load(slots, MODE)];
  if (mode === undefined || mode === 'off' || !((slots[MEMBER_BITS] ?? 0) & (1 << member))) return undefined;
  if (slots[THREADS] === THREAD_KINDS.indexOf(isMainThread ? 'workers' : 'main')) return undefined;
  const call = Atomics.add(slots, COUNT, 1) + 1;
  const from = slots[FROM] ?? 0;
  if (call < from || (mode !== 'from' && mode !== 'short' && mode !== 'slow' && call > from))
    return undefined;
  if (Atomics.add(slots, HITS, 1) === 0) slots[FIRST_HIT] = member;
  return mode;
}

/** @param {string} mode @param {string} name @param {any} real @param {any[]} args */
function goWrong(mode, name, real, args) {
  if (mode === 'short' || mode === 'short-once') return fallShort(name, real, args);
  // What a file that has just been cut says, or a device that takes nothing.
  if (mode === 'nothing') return 0;
  if (mode === 'slow') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  if (mode === 'slow') return real(...args);
  if (mode === 'throw-null') throw null;
  if (mode === 'trap') trap();
  if (mode === 'exit') process.exit(7);
  if (mode === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (mode === 'out-of-memory') takeAllMemory();
  // A descriptor is gone whatever close answers.
  if (name === 'closeSync') real(...args);
  const wanted = ERRORS[slots[ERROR] ?? 0] ?? 'EIO';
  const code = wanted === 'natural' ? /** @type {any} */ (NATURAL[name] ?? 'EIO') : wanted;
  const error = Object.assign(new Error(`${code}: injected`), { code, syscall: name.replace('Sync', '') });
  if (name === 'fsync') return Promise.reject(error);
  throw error;
}

/** @param {string} name @param {any} real @param {any[]} args */
function fallShort(name, real, args) {
  const half = (/** @type {number} */ bytes) => Math.max(1, bytes >> 1);
  if (name === 'writevSync')
    return real(args[0], [args[1][0].subarray(0, half(args[1][0].byteLength))], args[2]);
  if (name !== 'readSync' && name !== 'writeSync') return real(...args);
  return real(args[0], args[1], args[2], half(args[3]), args[4]);
}

/** As a kernel would: `(func (export "f") unreachable)`. */
function trap() {
  const head = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0];
  const bytes = Uint8Array.from([...head, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11]);
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  /** @type {any} */ (f)();
}

function takeAllMemory() {
  const taken = [];
  for (;;) taken.push(new Array(1 << 16).fill(taken.length + 0.5));
}

if (isMainThread && process.env.ZNN_FAULT) arm(JSON.parse(process.env.ZNN_FAULT));

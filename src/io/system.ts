import fs from 'node:fs';
import { promisify } from 'node:util';

/** What `stat` says of a file. */
export type FileStats = fs.Stats;
/** The same with exact times and sizes. */
export type ExactFileStats = fs.BigIntStats;

const calls = {
  openSync: fs.openSync,
  closeSync: fs.closeSync,
  readSync: fs.readSync,
  writeSync: fs.writeSync,
  writevSync: fs.writevSync,
  ftruncateSync: fs.ftruncateSync,
  fstatSync: fs.fstatSync,
  fchmodSync: fs.fchmodSync,
  fchownSync: fs.fchownSync,
  fsync: promisify(fs.fsync),

  statSync: fs.statSync,
  statfsSync: fs.statfsSync,
  lstatSync: fs.lstatSync,
  realpathSync: fs.realpathSync,
  readdirSync: fs.readdirSync,
  readlinkSync: fs.readlinkSync,
  mkdirSync: fs.mkdirSync,
  rmdirSync: fs.rmdirSync,
  chmodSync: fs.chmodSync,
  utimesSync: fs.utimesSync,
  lutimesSync: fs.lutimesSync,
  symlinkSync: fs.symlinkSync,
  linkSync: fs.linkSync,
  renameSync: fs.renameSync,
  unlinkSync: fs.unlinkSync,
};

/** The same for this module and for the bundles that hold it, and another for another installed copy of the package. */
const KEY = Symbol.for(`znn.system ${new URL('../..', import.meta.url).href}`);

const thread = globalThis as { [KEY]?: typeof calls };

/**
 * Every call by which the product touches the file system, in one mutable object.
 *
 * Nothing else in `src/` may call `node:fs`, except the one place that loads the wasm module. A test replaces a member
 * to make the N-th call fail or fall short, in this thread, in workers and in child processes alike (`--import` a module
 * that patches `dist/io/system.js`). In production it costs one property look-up a call.
 *
 * The command and the worker are bundles that hold this module, and tests load it from where it stands: whichever is first in
 * a thread makes the object, and the others find it.
 *
 * The synchronous members are for workers and for short calls. `fsync` and `readdir` may take seconds, and a signal
 * handler waits until synchronous work ends, so those are asynchronous.
 */
thread[KEY] ??= calls;
export const system = thread[KEY];

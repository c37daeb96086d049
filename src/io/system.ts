import fs from 'node:fs';
import { platform } from 'node:process';
import { promisify } from 'node:util';
import { bytesOfName, nameOfBytes, REPLACEMENT } from './paths/path-bytes.js';

/** What `stat` says of a file. */
export type FileStats = fs.Stats;
/** The same with exact times and sizes. */
export type ExactFileStats = fs.BigIntStats;

/** Windows has no names of bytes. */
const HAS_BYTE_NAMES = platform !== 'win32';

/** A path as Node takes it: its bytes where they are no UTF-8. */
function native(name: string): string {
  return HAS_BYTE_NAMES && !name.isWellFormed()
    ? (Buffer.from(bytesOfName(name)) as unknown as string)
    : name;
}

// biome-ignore lint/suspicious/noExplicitAny: the types of Node's functions, overloads included, are kept as they are.
type Call = (...args: any[]) => any;

/** The same call, of a path in its first argument. */
function ofPath<Fn extends Call>(call: Fn): Fn {
  return ((path: string, ...rest: unknown[]) => call(native(path), ...rest)) as Fn;
}

/** The same call, of paths in its first two arguments. */
function ofPaths<Fn extends Call>(call: Fn): Fn {
  return ((one: string, other: string, ...rest: unknown[]) =>
    call(native(one), native(other), ...rest)) as Fn;
}

/** Names as strings. Most are UTF-8, and Node reads those in a third of the time of bytes; where one may not be, bytes are read. */
function exactName(read: (encoding: 'utf8' | 'buffer') => string | Buffer): string {
  const name = read('utf8') as string;
  return HAS_BYTE_NAMES && name.includes(REPLACEMENT) ? nameOfBytes(read('buffer') as Buffer) : name;
}

function readdirSync(folderPath: string): string[] {
  const names = fs.readdirSync(native(folderPath));
  if (!HAS_BYTE_NAMES || !names.some((name) => name.includes(REPLACEMENT))) return names;
  return fs.readdirSync(native(folderPath), 'buffer').map(nameOfBytes);
}

function readlinkSync(linkPath: string): string {
  return exactName((encoding) => fs.readlinkSync(native(linkPath), encoding as 'utf8'));
}

/** Node's own loop over `lstat` and `readlink` knows what Windows needs, and no names of bytes. */
function realpathSync(anyPath: string): string {
  if (!HAS_BYTE_NAMES) return fs.realpathSync(anyPath);
  return exactName((encoding) => fs.realpathSync.native(native(anyPath), encoding as 'utf8'));
}

const calls = {
  openSync: ofPath(fs.openSync),
  closeSync: fs.closeSync,
  readSync: fs.readSync,
  writeSync: fs.writeSync,
  writevSync: fs.writevSync,
  ftruncateSync: fs.ftruncateSync,
  fstatSync: fs.fstatSync,
  fchmodSync: fs.fchmodSync,
  fchownSync: fs.fchownSync,
  fsync: promisify(fs.fsync),

  statSync: ofPath(fs.statSync),
  statfsSync: ofPath(fs.statfsSync),
  accessSync: ofPath(fs.accessSync),
  lstatSync: ofPath(fs.lstatSync),
  realpathSync,
  readdirSync,
  readlinkSync,
  mkdirSync: ofPath(fs.mkdirSync),
  rmdirSync: ofPath(fs.rmdirSync),
  lutimesSync: ofPath(fs.lutimesSync),
  symlinkSync: ofPaths(fs.symlinkSync),
  linkSync: ofPaths(fs.linkSync),
  renameSync: ofPaths(fs.renameSync),
  unlinkSync: ofPath(fs.unlinkSync),
};

/** The same for this module and for the bundles that hold it, and another for another installed copy of the package. */
const KEY = Symbol.for(`znn.system ${new URL('../..', import.meta.url).href}`);

const thread = globalThis as { [KEY]?: typeof calls };

/**
 * Every call by which the product touches the file system, in one mutable object. Paths are strings in which a byte that is no
 * UTF-8 stands as `path-bytes.ts` says.
 *
 * Nothing else in `src/` may call `node:fs`, except the one place that loads the wasm module. A test replaces a member
 * to make the N-th call fail or fall short, in this thread, in workers and in child processes alike (`--import` a module
 * that patches `dist/io/system.js`). In production it costs one property look-up a call.
 *
 * The command and the worker are bundles that hold this module, and tests load it from where it stands: whichever is first in
 * a thread makes the object, and the others find it.
 *
 * The synchronous members are for workers and for short calls. `fsync` may take seconds, and a signal handler waits until
 * synchronous work ends, so it is asynchronous.
 */
thread[KEY] ??= calls;
export const system = thread[KEY];

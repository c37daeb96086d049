import path from 'node:path';
import { codeOf } from '../outputs/refusals.js';
import { system } from '../system.js';
import { ownProcess, type ProcessIdentity } from './process-identity.js';
import { randomToken } from './random-token.js';

const SUFFIX = '.znn-tmp';
/** Of every version: each must know the others' files. */
const NAME = /^\..*\.([A-Za-z0-9]+)-(\d+)-([0-9a-f]{8})-[0-9a-f]{8}\.znn-tmp$/s;
/** File systems take names of 255 bytes; what znn adds needs up to 64 of them. */
const TARGET_NAME_MAX_BYTES = 190;
/** Those that encrypt names take fewer: 143 of eCryptfs are the fewest in use. */
const SHORT_TARGET_NAME_MAX_BYTES = 60;

/** Temporary files of this process that may exist on disk. */
const openTemporaries = new Set<string>();

/** Makes something under a new name beside `targetPath`, and registers that; under a shorter name where the file system takes none
 * as long as that.
 * @throws what `make` throws */
export function makeTemporary<Value>(targetPath: string, make: (temporaryPath: string) => Value): Value {
  try {
    return makeRegistered(temporaryPathFor(targetPath), make);
  } catch (error) {
    if (codeOf(error) !== 'ENAMETOOLONG') throw error;
    return makeRegistered(temporaryPathFor(targetPath, SHORT_TARGET_NAME_MAX_BYTES), make);
  }
}

function makeRegistered<Value>(temporaryPath: string, make: (temporaryPath: string) => Value): Value {
  registerTemporary(temporaryPath);
  try {
    return make(temporaryPath);
  } catch (error) {
    forgetTemporary(temporaryPath);
    throw error;
  }
}

/** A new name beside `targetPath`, in the form `.<target>.<host>-<pid>-<start>-<random>.znn-tmp`. */
export function temporaryPathFor(targetPath: string, targetMaxBytes = TARGET_NAME_MAX_BYTES): string {
  const { host, pid, start } = ownProcess;
  const targetName = cutToBytes(path.basename(targetPath), targetMaxBytes);
  const name = `.${targetName}.${host}-${pid}-${start}-${randomToken()}${SUFFIX}`;
  return path.join(path.dirname(targetPath), name);
}

/** Whether a file of that name is, or was, the unfinished output of some run. */
export function isTemporaryName(fileName: string): boolean {
  return NAME.test(fileName);
}

/** Who writes the temporary file of that name, or wrote it; `undefined` for any other name. */
export function writerOf(fileName: string): ProcessIdentity | undefined {
  const [, host, pid, start] = NAME.exec(fileName) ?? [];
  if (host === undefined || pid === undefined || start === undefined) return undefined;
  return { host, pid: Number(pid), start };
}

export function registerTemporary(temporaryPath: string): void {
  openTemporaries.add(temporaryPath);
}

export function forgetTemporary(temporaryPath: string): void {
  openTemporaries.delete(temporaryPath);
}

/** Removes every unfinished output of this process at once. For signal handlers: synchronous, and never throws. */
export function removeOpenTemporaries(): void {
  for (const temporaryPath of openTemporaries) {
    try {
      removeTemporary(temporaryPath);
    } catch {
      // The process is about to end; the next run in that folder removes what stays.
    }
  }
  openTemporaries.clear();
}

/** Removes a temporary file or, with the files in it, a temporary folder.
 * @throws what the system throws */
export function removeTemporary(temporaryPath: string): void {
  if (system.lstatSync(temporaryPath).isDirectory()) {
    for (const name of system.readdirSync(temporaryPath)) system.unlinkSync(path.join(temporaryPath, name));
    system.rmdirSync(temporaryPath);
  } else system.unlinkSync(temporaryPath);
}

function cutToBytes(text: string, maxBytes: number): string {
  let cut = text;
  while (new TextEncoder().encode(cut).byteLength > maxBytes) cut = cut.slice(0, -1);
  // Half of a surrogate pair would become U+FFFD on disk, and the file would not be found again by its name.
  return cut.replace(/[\uD800-\uDBFF]$/, '');
}

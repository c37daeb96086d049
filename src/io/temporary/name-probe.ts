import path from 'node:path';
import { codeOf } from '../outputs/refusals.js';
import { readFully, writeFully } from '../positional.js';
import { system } from '../system.js';
import { temporaryPathFor } from './temporary-files.js';

/** What a file system makes of a name: one that it holds already, by its place in the list; one that it takes (`taken`); one that
 * it refuses, with the system's error. */
export type NameVerdict =
  | { readonly kind: 'taken' }
  | { readonly kind: 'same-as'; readonly index: number }
  | { readonly kind: 'refused'; readonly error: unknown };

/** Asks the file system of an existing folder what it makes of names that would stand side by side, in an empty folder that is
 * gone when this returns. Names alone cannot tell: case, Unicode forms, trailing dots and short names are each system's own.
 * @returns a verdict a name; `undefined` where nothing can be made there, which the run will say */
export function probeNames(folderPath: string, names: readonly string[]): NameVerdict[] | undefined {
  const probeFolder = temporaryPathFor(path.join(folderPath, 'names'));
  try {
    system.mkdirSync(probeFolder, 0o700);
  } catch {
    return undefined;
  }
  const verdicts: NameVerdict[] = [];
  try {
    for (const [index, name] of names.entries()) verdicts.push(claim(path.join(probeFolder, name), index));
    return verdicts;
  } finally {
    const taken = names.filter((_, index) => verdicts[index]?.kind === 'taken');
    for (const name of taken) quietly(() => system.unlinkSync(path.join(probeFolder, name)));
    quietly(() => system.rmdirSync(probeFolder));
  }
}

/** Whether two existing folders are one, although their paths and devices differ: a share that is mounted twice. */
export function isSameFolder(onePath: string, otherPath: string): boolean {
  const token = temporaryPathFor(path.join(onePath, 'folder'));
  try {
    system.closeSync(system.openSync(token, 'wx', 0o600));
  } catch {
    return false;
  }
  try {
    const inOther = path.join(otherPath, path.basename(token));
    return system.lstatSync(inOther, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  } finally {
    quietly(() => system.unlinkSync(token));
  }
}

const INDEX_BYTES = 4;

/** A file that holds its place in the list: who meets it under another name learns whose it is. */
function claim(filePath: string, index: number): NameVerdict {
  const content = new Uint8Array(INDEX_BYTES);
  const view = new DataView(content.buffer);
  try {
    const fd = system.openSync(filePath, 'wx+', 0o600);
    try {
      view.setUint32(0, index);
      writeFully(fd, content, 0);
    } finally {
      system.closeSync(fd);
    }
    return { kind: 'taken' };
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') return { kind: 'refused', error };
  }
  const fd = system.openSync(filePath, 'r');
  try {
    readFully(fd, content, 0);
    return { kind: 'same-as', index: view.getUint32(0) };
  } finally {
    system.closeSync(fd);
  }
}

// What stays is removed by the next run in that folder.
function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // It is gone, or will be.
  }
}

import path from 'node:path';
import { type ExactFileStats, system } from '../system.js';
import { isComparable, isGone } from './process-identity.js';
import { forgetTemporary, makeTemporary, removeTemporary, writerOf } from './temporary-files.js';

/** What a process of another machine, container or boot writes has changed since, if it lives: far longer than any pause of a
 * slow disk, and short enough to be of use. */
const ABANDONED_AFTER_NANOSECONDS = 24n * 3600n * 1_000_000_000n;

/** Removes what runs that are gone left unfinished in `folderPath`; files of live processes stay. Of processes whose numbers do
 * not count here nobody can know, so theirs stay until nothing has happened to them for a day. Never throws: what cannot be
 * removed now does not stand in the way of the run. */
export function removeStaleTemporaries(folderPath: string): void {
  const clock = new FolderClock(folderPath);
  for (const name of namesIn(folderPath)) {
    const writer = writerOf(name);
    if (writer === undefined) continue;
    const temporaryPath = path.join(folderPath, name);
    try {
      const isStale = isComparable(writer) ? isGone(writer) : clock.isAbandoned(temporaryPath);
      if (isStale) removeTemporary(temporaryPath);
    } catch {
      // Another run was faster, or the file belongs to another user.
    }
  }
}

/** The clock of a folder's file system, which is another machine's on a network share. */
class FolderClock {
  readonly #folderPath: string;
  #look: { readonly nowNs: bigint | undefined } | undefined;

  constructor(folderPath: string) {
    this.#folderPath = folderPath;
  }

  /** @throws what the system throws */
  isAbandoned(temporaryPath: string): boolean {
    this.#look ??= { nowNs: nowIn(this.#folderPath) };
    const { nowNs } = this.#look;
    return nowNs !== undefined && nowNs - lastChangeNs(temporaryPath) > ABANDONED_AFTER_NANOSECONDS;
  }
}

/** What the file system says of a file that is just made; `undefined` where none can be made. */
function nowIn(folderPath: string): bigint | undefined {
  try {
    return makeTemporary(path.join(folderPath, 'clock'), (temporaryPath) => {
      const fd = system.openSync(temporaryPath, 'wx', 0o600);
      try {
        const { mtimeNs, ctimeNs } = system.fstatSync(fd, { bigint: true });
        // Some keep no times of one kind. The earlier one leaves more alone.
        return [mtimeNs, ctimeNs]
          .filter((timeNs) => timeNs > 0n)
          .sort((one, other) => Number(one - other))[0];
      } finally {
        system.closeSync(fd);
        system.unlinkSync(temporaryPath);
        forgetTemporary(temporaryPath);
      }
    });
  } catch {
    return undefined;
  }
}

/** Of everything in a folder, too. The time of change alone says nothing: right before a file gets its name that of its source is
 * set. */
function lastChangeNs(temporaryPath: string): bigint {
  const stats = system.lstatSync(temporaryPath, { bigint: true });
  const within = stats.isDirectory() ? system.readdirSync(temporaryPath) : [];
  const times = [stats, ...within.map((name) => statsIn(temporaryPath, name))].flatMap(
    ({ ctimeNs, mtimeNs, birthtimeNs }) => [ctimeNs, mtimeNs, birthtimeNs],
  );
  return times.reduce((latest, timeNs) => (timeNs > latest ? timeNs : latest));
}

function statsIn(folderPath: string, name: string): ExactFileStats {
  return system.lstatSync(path.join(folderPath, name), { bigint: true });
}

function namesIn(folderPath: string): string[] {
  try {
    return system.readdirSync(folderPath);
  } catch {
    return [];
  }
}

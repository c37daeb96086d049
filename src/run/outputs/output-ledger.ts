import path from 'node:path';
import { closeInput, openInput } from '../../io/input-file.js';
import { AtomicFile } from '../../io/outputs/atomic-file.js';
import { cacheFolder } from '../../io/paths/cache-folder.js';
import { makeFolder } from '../../io/paths/folders.js';
import { realPathOf } from '../../io/paths/real-paths.js';
import { readFully, writeFully } from '../../io/positional.js';
import { removeStaleTemporaries } from '../../io/temporary/stale-temporaries.js';
import type { JobRunner } from '../../pool/job/protocol.js';
import type { FileResult } from '../types.js';

// Which outputs this user's runs made, and of what. A file that is no longer what its source gives may be an older version of it, or
// somebody's only copy of something else: names and times do not tell, so it is noted down. The notes lie in the user's cache, a file
// a target folder; where they are missing nothing is known, and nothing replaced.

/** What was written where, and of what. */
export interface LedgerEntry {
  readonly sourcePath: string;
  readonly targetPath: string;
}

/** How much of each end of an output its fingerprint covers. A compressed file ends with a checksum of its index, which holds those of
 * all frames; in any other file a change shows in its time as well. */
const FINGERPRINT_END_BYTES = 1 << 12;
/** Notes beyond this are none of ours. */
const LEDGER_MAX_BYTES = 1 << 26;

/** Times are noted as coarsely as the coarsest file systems keep them. */
const TIME_STEP_NS = 2_000_000_000n;

type Note = readonly [name: string, sourcePath: string, fingerprint: string];

/** One target folder's notes. */
interface FolderNotes {
  readonly folder: string;
  readonly outputs: readonly Note[];
}

/** The notes on outputs of this and of earlier runs. Nothing that goes wrong with them is an error: then less is known. */
export class OutputLedger {
  private readonly realFolders = new Map<string, string>();

  constructor(private readonly runner: Pick<JobRunner, 'checksum'>) {}

  /** Whether the file at the target is, unchanged, what an earlier run made of this very source, which was kept. */
  async hasMade({ sourcePath, targetPath }: LedgerEntry): Promise<boolean> {
    try {
      const notes = await this.notesOf(realPathOf(path.dirname(targetPath)));
      const note = notes.find(([name]) => name === path.basename(targetPath));
      return note?.[1] === this.pathOf(sourcePath) && note[2] === this.fingerprintOf(targetPath);
    } catch {
      return false;
    }
  }

  /** Notes what a run made and whose sources it kept, and forgets outputs whose sources it removed: those are only copies. */
  async record(kept: readonly LedgerEntry[], removed: readonly LedgerEntry[]): Promise<void> {
    if ((await cacheFolder()) === undefined) return;
    const folders = new Set([...kept, ...removed].map(({ targetPath }) => path.dirname(targetPath)));
    for (const folder of folders) {
      const isHere = ({ targetPath }: LedgerEntry) => path.dirname(targetPath) === folder;
      try {
        await this.recordIn(realPathOf(folder), kept.filter(isHere), removed.filter(isHere));
      } catch {
        // A cache that cannot be written to.
      }
    }
  }

  private async recordIn(
    folder: string,
    kept: readonly LedgerEntry[],
    removed: readonly LedgerEntry[],
  ): Promise<void> {
    const before = await this.notesOf(folder);
    const notes = new Map(before.map((note) => [note[0], note]));
    for (const { targetPath } of removed) notes.delete(path.basename(targetPath));
    for (const { sourcePath, targetPath } of kept) {
      const name = path.basename(targetPath);
      notes.set(name, [name, this.pathOf(sourcePath), this.fingerprintOf(targetPath)]);
    }
    const textOf = (outputs: readonly Note[]) => JSON.stringify({ folder, outputs } satisfies FolderNotes);
    const text = textOf([...notes.values()]);
    if (text !== textOf(before)) await this.write(folder, text);
  }

  private async notesOf(folder: string): Promise<readonly Note[]> {
    try {
      const notesPath = await this.notesPathOf(folder);
      const notes: unknown = notesPath && JSON.parse(new TextDecoder().decode(readWhole(notesPath)));
      return isFolderNotes(notes) && notes.folder === folder ? notes.outputs : [];
    } catch {
      return [];
    }
  }

  private async write(folder: string, text: string): Promise<void> {
    const notesPath = await this.notesPathOf(folder);
    if (notesPath === undefined) return;
    await makeFolder(path.dirname(notesPath), false);
    removeStaleTemporaries(path.dirname(notesPath));
    const file = new AtomicFile(notesPath);
    try {
      writeFully(file.fd, new TextEncoder().encode(text), 0);
      await file.commit({ isDurable: false, replacesExisting: true });
    } finally {
      file.discard();
    }
  }

  private async notesPathOf(folder: string): Promise<string | undefined> {
    const cache = await cacheFolder();
    return cache && path.join(cache, 'outputs', `${this.hash(new TextEncoder().encode(folder))}.json`);
  }

  /** A source by the name that it has in its folder, wherever that is: what a link leads to may change. */
  private pathOf(sourcePath: string): string {
    const folder = path.dirname(sourcePath);
    const realFolder = this.realFolders.get(folder) ?? realPathOf(folder);
    this.realFolders.set(folder, realFolder);
    return path.join(realFolder, path.basename(sourcePath));
  }

  /** Size, time and both ends. */
  private fingerprintOf(targetPath: string): string {
    const input = openInput(targetPath);
    try {
      const endBytes = Math.min(input.fileBytes, FINGERPRINT_END_BYTES);
      const ends = Buffer.allocUnsafe(2 * endBytes);
      readFully(input.fd, ends.subarray(0, endBytes), 0);
      readFully(input.fd, ends.subarray(endBytes), input.fileBytes - endBytes);
      return `${input.fileBytes}-${input.stats.mtimeNs / TIME_STEP_NS}-${this.hash(ends)}`;
    } finally {
      closeInput(input);
    }
  }

  private hash(bytes: Uint8Array): string {
    return this.runner.checksum(bytes).toString(16).padStart(16, '0');
  }
}

/** The outputs of a group that ended well, other than what was rewritten in its own place: whether each one's source is still there.
 * An output whose source failed to go is as good as one that was kept. */
export function ledgerEntriesOf(results: readonly FileResult[]): {
  kept: LedgerEntry[];
  removed: LedgerEntry[];
} {
  const made = results.flatMap(({ task: { sourcePath, targetPath }, status, removedSource = false }) =>
    targetPath === undefined || targetPath === sourcePath || (status !== 'done' && status !== 'up-to-date')
      ? []
      : [{ sourcePath, targetPath, removedSource }],
  );
  return {
    kept: made.filter(({ removedSource }) => !removedSource),
    removed: made.filter(({ removedSource }) => removedSource),
  };
}

function readWhole(filePath: string): Uint8Array {
  const input = openInput(filePath);
  try {
    const bytes = new Uint8Array(Math.min(input.fileBytes, LEDGER_MAX_BYTES));
    readFully(input.fd, bytes, 0);
    return bytes;
  } finally {
    closeInput(input);
  }
}

function isFolderNotes(value: unknown): value is FolderNotes {
  if (typeof value !== 'object' || value === null) return false;
  const { folder, outputs } = value as Partial<FolderNotes>;
  const isNote = (note: unknown) => Array.isArray(note) && note.every((part) => typeof part === 'string');
  return typeof folder === 'string' && Array.isArray(outputs) && outputs.every(isNote);
}

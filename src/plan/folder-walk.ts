import path from 'node:path';
import type FastGlob from 'fast-glob';
import { toZnnError } from '../errors.js';
import { absolutePathOf } from '../io/absolute-path.js';
import { describeKind } from '../io/input-file.js';
import { type FileStats, system } from '../io/system.js';
import { isTemporaryName } from '../io/temporary-files.js';
import { fastGlob } from './glob.js';
import { isWithin } from './real-paths.js';

/** A path in a folder that cannot be read as a file or a folder. */
export interface Obstacle {
  readonly filePath: string;
  readonly reason: string;
  /** A folder without permission, as against a socket, which nobody expects to be copied. */
  readonly isFault: boolean;
}

/** What `readdir` gives, links replaced by what they lead to. */
type Entry = FileStats & { name: string };

/**
 * A folder, read through links once, and then asked with patterns as often as one likes.
 *
 * Links to files are files. Links to folders are folders when they stay below `boundaryPath` and lead into no cycle.
 * Unfinished outputs do not exist.
 */
export class FolderWalk {
  readonly obstacles: Obstacle[] = [];
  readonly #folderPath: string;
  readonly #boundaryPath: string;
  readonly #entriesByFolder = new Map<string, Entry[]>();

  constructor(folderPath: string, boundaryPath: string) {
    this.#folderPath = folderPath;
    this.#boundaryPath = boundaryPath;
  }

  /** Everything in the folder at any depth, hidden too, except what is in a folder of the name `skippedName`. Not by a
   * pattern: `**` matches no folder with a line break in its name, and what is copied must be complete. */
  all(skippedName: string): { files: string[]; folders: string[] } {
    const files: string[] = [];
    const folders: string[] = [];
    const visit = (prefix: string) => {
      for (const entry of this.#entriesOf(path.join(this.#folderPath, prefix))) {
        if (entry.name === skippedName) continue;
        const relativePath = prefix + entry.name;
        if (entry.isFile()) files.push(relativePath);
        else folders.push(relativePath);
        if (!entry.isFile()) visit(`${relativePath}/`);
      }
    };
    visit('');
    return { files: files.sort(), folders: folders.sort() };
  }

  /** Where the file or folder at `relativePath` is. */
  pathOf(relativePath: string): string {
    return path.join(this.#folderPath, relativePath);
  }

  /** Files at any depth that match, hidden ones too, whatever the case of their letters. */
  matching(patterns: readonly string[], ignore: readonly string[]): string[] {
    return this.#search(patterns, { ignore: [...ignore], dot: true, caseSensitiveMatch: false });
  }

  /** Files and folders that a shell would put in the place of `pattern`. */
  expand(pattern: string): string[] {
    return this.#search([pattern], { onlyFiles: false });
  }

  /** Paths relative to the folder, `/` between the parts, sorted. */
  #search(patterns: readonly string[], options: FastGlob.Options): string[] {
    return fastGlob()
      .sync([...patterns], {
        ...options,
        cwd: this.#folderPath,
        followSymbolicLinks: false,
        fs: { readdirSync: ((folderPath: string) => this.#entriesOf(folderPath)) as never },
      })
      .sort();
  }

  // A folder is named with and without a slash at its end. Read twice, it could answer differently.
  #entriesOf(anyPath: string): Entry[] {
    const folderPath = absolutePathOf(anyPath);
    const known = this.#entriesByFolder.get(folderPath);
    if (known !== undefined) return known;
    const entries: Entry[] = [];
    this.#entriesByFolder.set(folderPath, entries);
    for (const name of this.#namesIn(folderPath)) {
      const stats = isTemporaryName(name) ? undefined : this.#statsThroughLinks(path.join(folderPath, name));
      if (stats !== undefined) entries.push(Object.assign(stats, { name }));
    }
    return entries;
  }

  #namesIn(folderPath: string): string[] {
    try {
      return system.readdirSync(folderPath);
    } catch (error) {
      this.#meet(folderPath, toZnnError(error).message, true);
      return [];
    }
  }

  #statsThroughLinks(filePath: string): FileStats | undefined {
    try {
      return this.#entryStats(filePath);
    } catch (error) {
      return this.#meet(filePath, toZnnError(error).message, true);
    }
  }

  #entryStats(filePath: string): FileStats | undefined {
    const stats = statsOf(filePath);
    if (stats === undefined) return undefined;
    if (stats.isDirectory()) return this.#isFolderToEnter(filePath) ? stats : undefined;
    if (stats.isFile()) return stats;
    // A link that leads nowhere is a file that fails when its turn comes, and if it has one.
    if (stats.isSymbolicLink()) return Object.assign(stats, { isFile: () => true });
    return this.#meet(filePath, `is ${describeKind(stats)}`, false);
  }

  #isFolderToEnter(folderPath: string): boolean {
    if (!system.lstatSync(folderPath).isSymbolicLink()) return true;
    const realPath = system.realpathSync(folderPath);
    if (!isWithin(realPath, this.#boundaryPath)) {
      this.#meet(folderPath, `is a link to a folder outside, ${realPath}`, false);
    } else if (this.#realPathsAbove(folderPath).some((above) => isWithin(above, realPath))) {
      this.#meet(folderPath, 'is a link to a folder that contains it', false);
    } else {
      return true;
    }
    return false;
  }

  // All of them, as the path was walked: with two links that lead to each other's folders, neither is above the other
  // on disk.
  #realPathsAbove(folderPath: string): string[] {
    const parent = path.dirname(folderPath);
    return parent === folderPath ? [] : [system.realpathSync(parent), ...this.#realPathsAbove(parent)];
  }

  #meet(filePath: string, reason: string, isFault: boolean): undefined {
    this.obstacles.push({ filePath, reason, isFault });
  }
}

const LEADS_NOWHERE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/** Of what a link leads to; of the link itself where it leads nowhere; `undefined` where nothing is left by now. */
function statsOf(filePath: string): FileStats | undefined {
  try {
    return system.statSync(filePath);
  } catch (error) {
    if (!LEADS_NOWHERE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return system.lstatSync(filePath, { throwIfNoEntry: false });
  }
}

/** Whether a path that does not exist may stand for others. */
export function isGlob(argument: string): boolean {
  return argument !== '' && fastGlob().isDynamicPattern(argument);
}

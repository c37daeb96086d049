import path from 'node:path';
import type FastGlob from 'fast-glob';
import { toZnnError } from '../../errors.js';
import { describeKind } from '../../io/input-file.js';
import { absolutePathOf } from '../../io/paths/absolute-path.js';
import { isWithin } from '../../io/paths/real-paths.js';
import { type FileStats, system } from '../../io/system.js';
import { isTemporaryName } from '../../io/temporary/temporary-files.js';
import { fastGlob } from '../glob.js';

/** What a walk meets that it does not take for a file or enter as a folder. */
export type ObstacleKind =
  /** The system does not let it be looked at. */
  | 'unreadable'
  /** A link to a folder that is not followed. */
  | 'link'
  /** A socket, a FIFO, a device. */
  | 'special'
  /** The history of version control: no part of what a model folder offers, and it holds the weights once more. */
  | 'history'
  /** The unfinished output of another run. */
  | 'unfinished';

/** A path in a folder that is none of its files. */
export interface Obstacle {
  readonly filePath: string;
  readonly kind: ObstacleKind;
  readonly reason: string;
}

/** What `readdir` gives, links replaced by what they lead to. */
type Entry = Pick<FileStats, 'isFile' | 'isDirectory' | 'isSymbolicLink'> & {
  readonly name: string;
  /** Patterns reach it, and it is no file of the folder. */
  readonly isObstacle?: boolean;
};

const HISTORY_NAME = '.git';

/**
 * A folder, read through links once, and then asked with patterns as often as one likes.
 *
 * Links to files are files. Links to folders are folders when they stay below `boundaryPath` and lead into no cycle.
 * What else there is, is an obstacle.
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

  /** Everything in the folder at any depth, hidden too. Not by a pattern: `**` matches no folder with a line break in its name,
   * and what is copied must be complete. */
  all(): { files: string[]; folders: string[] } {
    const files: string[] = [];
    const folders: string[] = [];
    const visit = (prefix: string) => {
      for (const entry of this.#entriesOf(path.join(this.#folderPath, prefix))) {
        if (entry.isObstacle) continue;
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

  /** Files, folders and obstacles at any depth that match, hidden ones too, whatever the case of their letters. */
  matching(patterns: readonly string[]): string[] {
    this.all();
    // What was walked is all there is: a pattern with a folder in it would be looked for otherwise.
    const entriesOf = (folderPath: string) => this.#entriesByFolder.get(absolutePathOf(folderPath)) ?? [];
    return this.#search(patterns, { onlyFiles: false, dot: true, caseSensitiveMatch: false }, entriesOf);
  }

  /** Files and folders that a shell would put in the place of `pattern`. */
  expand(pattern: string): string[] {
    const found = this.#search([pattern], { onlyFiles: false }, (folderPath) => this.#entriesOf(folderPath));
    const obstaclePaths = new Set(this.obstacles.map(({ filePath }) => filePath));
    return found.filter((relativePath) => !obstaclePaths.has(path.join(this.#folderPath, relativePath)));
  }

  /** Paths relative to the folder, `/` between the parts, sorted. */
  #search(
    patterns: readonly string[],
    options: FastGlob.Options,
    entriesOf: (folderPath: string) => Entry[],
  ): string[] {
    return fastGlob()
      .sync([...patterns], {
        ...options,
        cwd: this.#folderPath,
        followSymbolicLinks: false,
        fs: { readdirSync: entriesOf as never },
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
      const entry = this.#entryOf(folderPath, name);
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  #namesIn(folderPath: string): string[] {
    try {
      return system.readdirSync(folderPath);
    } catch (error) {
      this.#meet(folderPath, 'unreadable', toZnnError(error).message);
      return [];
    }
  }

  #entryOf(folderPath: string, name: string): Entry | undefined {
    const filePath = path.join(folderPath, name);
    if (isTemporaryName(name))
      return this.#meet(filePath, 'unfinished', 'is the unfinished output of another run');
    if (name === HISTORY_NAME) return this.#meet(filePath, 'history', 'is the history of version control');
    try {
      return this.#entryThroughLinks(filePath, name);
    } catch (error) {
      return this.#meet(filePath, 'unreadable', toZnnError(error).message);
    }
  }

  #entryThroughLinks(filePath: string, name: string): Entry | undefined {
    const stats = statsOf(filePath);
    if (stats === undefined) return this.#ifStillListed(filePath, name);
    if (stats.isDirectory()) return this.#obstacleInLink(filePath) ?? Object.assign(stats, { name });
    if (stats.isFile()) return Object.assign(stats, { name });
    // A link that leads nowhere is a file that fails when its turn comes, and if it has one.
    if (stats.isSymbolicLink()) return Object.assign(stats, { name, isFile: () => true });
    return this.#meet(filePath, 'special', `is ${describeKind(stats)}`);
  }

  /** Another run may have removed the file by now, and that is in order. A name that the folder goes on listing, and that leads
   * to nothing, is one that this system cannot name. */
  #ifStillListed(filePath: string, name: string): Entry | undefined {
    if (!system.readdirSync(path.dirname(filePath)).includes(name)) return undefined;
    return this.#meet(filePath, 'unreadable', 'its folder lists it, and the system finds no such file');
  }

  /** `undefined` for a folder to enter. */
  #obstacleInLink(folderPath: string): Entry | undefined {
    if (!system.lstatSync(folderPath).isSymbolicLink()) return undefined;
    const realPath = system.realpathSync(folderPath);
    if (!isWithin(realPath, this.#boundaryPath))
      return this.#meet(folderPath, 'link', `is a link to a folder outside, ${realPath}`);
    if (this.#realPathsAbove(folderPath).some((above) => isWithin(above, realPath)))
      return this.#meet(folderPath, 'link', 'is a link to a folder that contains it');
    return undefined;
  }

  // All of them, as the path was walked: with two links that lead to each other's folders, neither is above the other
  // on disk.
  #realPathsAbove(folderPath: string): string[] {
    const parent = path.dirname(folderPath);
    return parent === folderPath ? [] : [system.realpathSync(parent), ...this.#realPathsAbove(parent)];
  }

  #meet(filePath: string, kind: ObstacleKind, reason: string): Entry {
    this.obstacles.push({ filePath, kind, reason });
    const [yes, no] = [() => true, () => false];
    return {
      ...{ name: path.basename(filePath), isObstacle: true },
      ...{ isFile: yes, isDirectory: no, isSymbolicLink: no },
    };
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

import path from 'node:path';
import { ATTRIBUTES_NAME, filterFinder, LFS_FILTER } from '../format/model/git-attributes.js';
import { fileSource } from '../io/file-source.js';
import { closeInput, openInput } from '../io/input-file.js';
import { realPathOf } from '../io/paths/real-paths.js';
import { system } from '../io/system.js';
import type { TaskGroup } from './tasks.js';

/** Real ones have 2 kB. What is longer is not looked at for a note. */
const LOOKED_AT_MAX_BYTES = 1 << 16;

interface FoundFilter {
  readonly filter: string | undefined;
  /** The `.gitattributes` that says so. */
  readonly filePath: string;
}

type Finder = ReturnType<typeof filterFinder>;

/** As files are before the run, or as it will leave them. */
type Moment = 'now' | 'after';

/** Reads each `.gitattributes` once. */
export class FilterReader {
  /** Where the run writes one → what it is made from, and whether it gets the line for the outputs. */
  readonly #written: ReadonlyMap<string, { readonly sourcePath: string; readonly isRewritten: boolean }>;
  readonly #finders = new Map<string, Finder | undefined>();
  readonly #realFolders = new Map<string, string>();
  readonly #tops = new Map<string, string | undefined>();

  constructor(groups: readonly TaskGroup[]) {
    const tasks = groups.flatMap((group) => group.tasks);
    const written = tasks.filter(({ targetPath = '' }) => path.basename(targetPath) === ATTRIBUTES_NAME);
    this.#written = new Map(
      written.map(({ sourcePath, targetPath = '', action }) => [
        this.#placeOf(targetPath),
        { sourcePath, isRewritten: action === 'rewrite-attributes' },
      ]),
    );
  }

  /** The top of the repository that a file is in. */
  topOf(filePath: string): string | undefined {
    return this.#topAbove(path.dirname(this.#placeOf(filePath)));
  }

  /** What is said of a file, by the deepest `.gitattributes` that speaks of it; `undefined` outside of repositories. */
  filterOf(filePath: string, moment: Moment): FoundFilter | undefined {
    const top = this.topOf(filePath);
    if (top === undefined) return undefined;
    const place = this.#placeOf(filePath);
    for (let folder = path.dirname(place); ; folder = path.dirname(folder)) {
      const attributesPath = path.join(folder, ATTRIBUTES_NAME);
      const relativePath = path.relative(folder, place).split(path.sep).join('/');
      const filter = this.#finderAt(attributesPath, moment)?.(relativePath);
      if (filter !== undefined || folder === top) return { filter, filePath: attributesPath };
    }
  }

  /** Links in the folders are resolved, as Git does. */
  #placeOf(filePath: string): string {
    const folder = path.dirname(path.resolve(filePath));
    const realFolder = this.#realFolders.get(folder) ?? realPathOf(folder);
    this.#realFolders.set(folder, realFolder);
    return path.join(realFolder, path.basename(filePath));
  }

  #topAbove(folderPath: string): string | undefined {
    if (this.#tops.has(folderPath)) return this.#tops.get(folderPath);
    const parent = path.dirname(folderPath);
    const top = isThere(path.join(folderPath, '.git'))
      ? folderPath
      : parent === folderPath
        ? undefined
        : this.#topAbove(parent);
    this.#tops.set(folderPath, top);
    return top;
  }

  #finderAt(attributesPath: string, moment: Moment): Finder | undefined {
    const key = `${moment} ${attributesPath}`;
    if (this.#finders.has(key)) return this.#finders.get(key);
    const written = moment === 'after' ? this.#written.get(attributesPath) : undefined;
    const found = finderIn(written?.sourcePath ?? attributesPath);
    // The line that the run adds is the file's last, and speaks of all its outputs.
    const finder = written?.isRewritten
      ? (relativePath: string) =>
          /\.znn(\.safetensors)?$/.test(relativePath) ? LFS_FILTER : found?.(relativePath)
      : found;
    this.#finders.set(key, finder);
    return finder;
  }
}

function isThere(anyPath: string): boolean {
  try {
    return system.lstatSync(anyPath, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** `undefined` for what is not there or cannot be read: a note is not worth an error. */
function finderIn(attributesPath: string): Finder | undefined {
  if (!isThere(attributesPath)) return undefined;
  try {
    const input = openInput(attributesPath);
    try {
      if (input.fileBytes > LOOKED_AT_MAX_BYTES) return undefined;
      return filterFinder(fileSource(input).read(0, input.fileBytes));
    } finally {
      closeInput(input);
    }
  } catch {
    return undefined;
  }
}

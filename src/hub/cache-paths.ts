import path from 'node:path';
import { absolutePathOf } from '../io/paths/absolute-path.js';
import { isWithin, realPathOf } from '../io/paths/real-paths.js';

// A Hugging Face cache is a content-addressed store: blobs are named by their hash and shared between snapshots by links,
// and `hf cache verify` reports any other file in a snapshot as corruption. So znn only ever reads there.

/** What `discover` must know of the machine. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Empty for a user without one. */
  readonly homePath: string;
}

const REPOSITORY_FOLDER = /^(models|datasets|spaces)--/;
const CACHE_PARTS = new Set(['blobs', 'snapshots', 'refs', 'trees', '.no_exist']);

/** Whether files written to `folderPath` would land in a cache: one that the environment names, or any folder that is
 * laid out like one. */
export function isInHubCache(folderPath: string, machine: Machine): boolean {
  const realFolder = realPathOf(folderPath);
  if (hubCachePaths(machine).some((cachePath) => isWithin(realFolder, realPathOf(cachePath)))) return true;
  return [realFolder, absolutePathOf(folderPath)].some(isLaidOutLikeCache);
}

/** A cached repository, and which of its folders, and what in that, a path leads to. */
export interface PathInRepository {
  readonly repositoryPath: string;
  /** Below the repository: none for the repository itself. */
  readonly parts: readonly string[];
}

/** Where in a cached repository a path is, by the names in it; `undefined` for one that is in none. */
export function inRepository(absolutePath: string): PathInRepository | undefined {
  const parts = absolutePath.split(path.sep);
  const last = parts.findLastIndex(
    (part, i) =>
      REPOSITORY_FOLDER.test(part) && (i === parts.length - 1 || CACHE_PARTS.has(parts[i + 1] ?? '')),
  );
  if (last < 0) return undefined;
  return { repositoryPath: parts.slice(0, last + 1).join(path.sep), parts: parts.slice(last + 1) };
}

/** Whether this is the folder of a cached repository's blobs. */
export function isBlobFolder(folderPath: string): boolean {
  const repositoryName = path.basename(path.dirname(folderPath));
  return path.basename(folderPath) === 'blobs' && REPOSITORY_FOLDER.test(repositoryName);
}

function isLaidOutLikeCache(folderPath: string): boolean {
  const parts = folderPath.split(path.sep);
  return parts.some((part, i) => REPOSITORY_FOLDER.test(part) && CACHE_PARTS.has(parts[i + 1] ?? ''));
}

/** Where a cache may be. The first is the one that the Hub's own library uses. */
export function hubCachePaths({ environment, homePath }: Machine): string[] {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = environment;
  return [
    HF_HUB_CACHE,
    HUGGINGFACE_HUB_CACHE,
    HF_HOME && path.join(HF_HOME, 'hub'),
    XDG_CACHE_HOME && path.join(XDG_CACHE_HOME, 'huggingface', 'hub'),
    homePath && path.join(homePath, '.cache', 'huggingface', 'hub'),
  ]
    .filter((cachePath): cachePath is string => Boolean(cachePath))
    .map((cachePath) => expandVariables(cachePath.replace(/^~(?=$|[/\\])/, homePath), environment));
}

/** `$NAME` and `${NAME}`, as in a shell; one that is not set stays as it is. */
function expandVariables(anyPath: string, environment: Machine['environment']): string {
  return anyPath.replace(
    /\$(?:(\w+)|\{(\w+)\})/g,
    (all, plain, braced) => environment[plain ?? braced] ?? all,
  );
}

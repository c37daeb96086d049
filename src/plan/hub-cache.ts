import path from 'node:path';
import { isWithin, realPathOf } from './real-paths.js';

// A Hugging Face cache is a content-addressed store: blobs are named by their hash and shared between snapshots by links,
// and `hf cache verify` reports any other file in a snapshot as corruption. So znn only ever reads there.

/** What `discover` must know of the machine. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homePath: string;
}

const REPOSITORY_FOLDER = /^(models|datasets|spaces)--/;
const CACHE_PARTS = new Set(['blobs', 'snapshots', 'refs', 'trees', '.no_exist']);

/** Whether files written to `folderPath` would land in a cache: one that the environment names, or any folder that is
 * laid out like one. */
export function isInHubCache(folderPath: string, machine: Machine): boolean {
  const realFolder = realPathOf(folderPath);
  if (hubCachePaths(machine).some((cachePath) => isWithin(realFolder, realPathOf(cachePath)))) return true;
  return [realFolder, path.resolve(folderPath)].some(isLaidOutLikeCache);
}

function isLaidOutLikeCache(folderPath: string): boolean {
  const parts = folderPath.split(path.sep);
  return parts.some((part, i) => REPOSITORY_FOLDER.test(part) && CACHE_PARTS.has(parts[i + 1] ?? ''));
}

/** In the order in which the Hub's own library looks, except that all of them count. */
function hubCachePaths({ environment, homePath }: Machine): string[] {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = environment;
  return [
    HF_HUB_CACHE,
    HUGGINGFACE_HUB_CACHE,
    HF_HOME && path.join(HF_HOME, 'hub'),
    XDG_CACHE_HOME && path.join(XDG_CACHE_HOME, 'huggingface', 'hub'),
    path.join(homePath, '.cache', 'huggingface', 'hub'),
  ]
    .filter((cachePath): cachePath is string => Boolean(cachePath))
    .map((cachePath) => cachePath.replace(/^~(?=$|[/\\])/, homePath));
}

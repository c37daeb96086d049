import path from 'node:path';
import { isBlobFolder } from '../../hub/cache-paths.js';
import { realPathOf } from '../../io/paths/real-paths.js';
import { system } from '../../io/system.js';

/** Links that one path may lead through: what Linux allows. */
const LINKS_MAX = 40;
/** How a snapshot's link ends wherever the snapshot was copied to: a blob is called by its SHA-1 or SHA-256. */
const BLOB_LINK = /(^|[/\\])blobs[/\\]([0-9a-f]{40}|[0-9a-f]{64})$/;

/** What the system says of a path that leads to nothing, and how that is said of a link. */
const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: ', and there is no such file or directory (ENOENT)',
  ENOTDIR: ', and a part of that is not a directory (ENOTDIR)',
  ELOOP: ', which leads in a circle: too many levels of links (ELOOP)',
};

/** Why a path leads to nothing, if a link in it is to blame: which link, and where it points.
 * @param error what the system said of the path */
export function brokenLinkReason(anyPath: string, error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const fault = FAULTS[code];
  const link = fault === undefined ? undefined : brokenLinkIn(anyPath);
  if (link === undefined) return undefined;
  const { linkPath, pointees } = link;
  const [first = '', ...others] = pointees;
  const what = linkPath === anyPath ? 'is a link' : `${linkPath} is a link`;
  const last = others.length === 0 || code === 'ELOOP' ? '' : `, which leads to ${others.at(-1)}`;
  return `${what} to ${first}${last}${fault}${isBlob(link) ? BLOB_ADVICE : ''}`;
}

/** The same of a path that nobody has looked at yet. */
export function brokenLinkAt(anyPath: string): string | undefined {
  try {
    system.statSync(anyPath);
    return undefined;
  } catch (error) {
    return brokenLinkReason(anyPath, error);
  }
}

const BLOB_ADVICE =
  ': the blob is missing from the Hugging Face cache; download the model again, or copy its blobs with its snapshots';

interface BrokenLink {
  readonly linkPath: string;
  /** What the link says, what the link says that this leads to, and so on. */
  readonly pointees: readonly string[];
  /** Where the last of them is. */
  readonly missingPath: string;
}

/** The first link on the way along a path that leads to nothing. */
function brokenLinkIn(anyPath: string): BrokenLink | undefined {
  const parent = path.dirname(anyPath);
  const above = parent === anyPath ? undefined : brokenLinkIn(parent);
  return above ?? followed(anyPath);
}

function followed(linkPath: string): BrokenLink | undefined {
  const pointees: string[] = [];
  let missingPath = path.resolve(linkPath);
  try {
    if (system.statSync(linkPath, { throwIfNoEntry: false }) !== undefined) return undefined;
  } catch {
    // In a circle, or through a file as if it were a folder.
  }
  while (pointees.length < LINKS_MAX) {
    const pointee = pointeeOf(missingPath);
    if (pointee === undefined) break;
    pointees.push(pointee);
    missingPath = path.resolve(realPathOf(path.dirname(missingPath)), pointee);
  }
  return pointees.length === 0 ? undefined : { linkPath, pointees, missingPath };
}

/** What a link says; `undefined` for what is none. */
function pointeeOf(anyPath: string): string | undefined {
  try {
    return system.readlinkSync(anyPath);
  } catch {
    return undefined;
  }
}

function isBlob({ pointees, missingPath }: BrokenLink): boolean {
  return isBlobFolder(path.dirname(missingPath)) || pointees.some((pointee) => BLOB_LINK.test(pointee));
}

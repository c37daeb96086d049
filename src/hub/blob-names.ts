// Blobs of a Hub cache are named by what they hold: SHA-256 for files in LFS, and Git's own hash for those in Git.

import type { Hash } from 'node:crypto';
import path from 'node:path';
import { ZnnError } from '../errors.js';
import { startHash } from '../io/hashes.js';
import { absolutePathOf } from '../io/paths/absolute-path.js';
import { forEachSlice } from '../io/slices.js';
import { system } from '../io/system.js';
import { isBlobFolder } from './cache-paths.js';

export type BlobHash = 'sha256' | 'git-sha1';

const SHA256_NAME = /^[0-9a-f]{64}$/;
const GIT_SHA1_NAME = /^[0-9a-f]{40}$/;
/** A chain of links ends well before. */
const LINKS_MAX = 32;

/** The blob of a cache that a path leads to, over one or more links; `undefined` when it leads to none. */
export function blobPathOf(anyPath: string): string | undefined {
  let current = absolutePathOf(anyPath);
  for (let i = 0; i < LINKS_MAX; i++) {
    const isLink = system.lstatSync(current, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    // A blob may be a link itself, to a store that several models share: its name is what counts.
    if (i > 0 && isBlobFolder(path.dirname(current))) return current;
    if (!isLink) return undefined;
    current = path.resolve(path.dirname(current), system.readlinkSync(current));
  }
  return undefined;
}

/** Which hash a blob's name is; `undefined` for a name that is none. */
export function blobHashOf(blobPath: string): BlobHash | undefined {
  const name = path.basename(blobPath);
  if (SHA256_NAME.test(name)) return 'sha256';
  return GIT_SHA1_NAME.test(name) ? 'git-sha1' : undefined;
}

/** What a blob with this content is called.
 * @throws ZnnError `truncated` or `io`, or the signal's reason */
export async function blobNameOf(
  fd: number,
  fileBytes: number,
  kind: BlobHash,
  signal?: AbortSignal,
): Promise<string> {
  const hash = await startBlobHash(kind, fileBytes);
  await forEachSlice(fd, fileBytes, signal, (slice) => hash.update(slice));
  return hash.digest('hex');
}

/** The same for what is in memory. */
export async function blobNameOfBytes(content: Uint8Array, kind: BlobHash): Promise<string> {
  return (await startBlobHash(kind, content.byteLength)).update(content).digest('hex');
}

/** Compares a SHA-256 with the name of the blob that the path leads to, if that is one.
 * @throws ZnnError `corrupt` when the cache holds other bytes than it says */
export function assertBlobName(filePath: string, sha256: string): void {
  const blobPath = blobPathOf(filePath);
  if (blobPath === undefined || blobHashOf(blobPath) !== 'sha256' || path.basename(blobPath) === sha256)
    return;
  throw new ZnnError('corrupt', `Hub cache: the blob's SHA-256 is ${sha256}, its name says otherwise`, {
    file: blobPath,
  });
}

async function startBlobHash(kind: BlobHash, fileBytes: number): Promise<Hash> {
  if (kind === 'sha256') return startHash('sha256');
  return (await startHash('sha1')).update(`blob ${fileBytes}\0`);
}

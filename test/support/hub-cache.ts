import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from './temporary-folder.js';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
export const gitSha1 = (bytes: Uint8Array): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

/** A Hugging Face cache, in a new folder unless told, with one model of `org`. */
export class TestCache {
  readonly cachePath: string;
  readonly repositoryPath: string;
  readonly #hasLinks: boolean;

  constructor({ hasLinks = true, root = temporaryFolder(), name = 'name' } = {}) {
    this.cachePath = path.join(root, 'hub');
    this.repositoryPath = path.join(this.cachePath, `models--org--${name}`);
    this.#hasLinks = hasLinks;
  }

  /** A snapshot with these files, weights under SHA-256 and the others as in Git, and a ref that leads to it. */
  add(ref: string, commit: string, files: Readonly<Record<string, string | Uint8Array>>): string {
    const refPath = path.join(this.repositoryPath, 'refs', ref);
    mkdirSync(path.dirname(refPath), { recursive: true });
    writeFileSync(refPath, commit);
    const snapshotPath = path.join(this.repositoryPath, 'snapshots', commit);
    for (const [name, content] of Object.entries(files)) {
      const filePath = path.join(snapshotPath, name);
      mkdirSync(path.dirname(filePath), { recursive: true });
      const bytes = Buffer.from(content as string);
      if (!this.#hasLinks) writeFileSync(filePath, bytes);
      else symlinkSync(path.relative(path.dirname(filePath), this.#addBlob(name, bytes)), filePath);
    }
    return snapshotPath;
  }

  blobPath(name: string): string {
    return path.join(this.repositoryPath, 'blobs', name);
  }

  #addBlob(fileName: string, bytes: Uint8Array): string {
    const blobPath = this.blobPath(/\.json$|\.md$/.test(fileName) ? gitSha1(bytes) : sha256(bytes));
    mkdirSync(path.dirname(blobPath), { recursive: true });
    writeFileSync(blobPath, bytes);
    return blobPath;
  }
}

/** What a blob must be called for its content to be right: `true` for either hash. */
export function isRightlyNamed(blobPath: string): boolean {
  const bytes = readFileSync(blobPath);
  return [sha256(bytes), gitSha1(bytes)].includes(path.basename(blobPath));
}

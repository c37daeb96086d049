// The committed files and what their manifests say of them.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ZnnErrorCode } from '../../src/errors.js';

interface ManifestEntry {
  readonly file: string;
  readonly how: string;
  readonly bytes: number;
  readonly refused?: ZnnErrorCode;
  readonly originalBytes?: number;
  readonly originalSha256?: string;
}

/** A file that must decode for ever. */
export interface ValidGolden {
  /** Folder and name, for a test's title. */
  readonly title: string;
  readonly filePath: string;
  readonly originalBytes: number;
  readonly originalSha256: string;
}

/** A file that must be refused with `code`. */
export interface RefusedGolden {
  readonly title: string;
  readonly filePath: string;
  readonly code: ZnnErrorCode;
}

const root = path.dirname(fileURLToPath(import.meta.url));
const MANIFESTS = ['files/manifest.json', 'crafted/manifest.json', 'broken/manifest.json'];

const ENTRIES = MANIFESTS.flatMap((manifest) => {
  const folder = path.dirname(manifest);
  const entries = JSON.parse(readFileSync(path.join(root, manifest), 'utf8')) as ManifestEntry[];
  return entries.map((entry) => ({
    ...entry,
    title: `${folder}/${entry.file}: ${entry.how}`,
    filePath: path.join(root, folder, entry.file),
  }));
});

export const VALID_GOLDENS: readonly ValidGolden[] = ENTRIES.flatMap(
  ({ title, filePath, originalBytes, originalSha256, refused }) =>
    refused === undefined && originalBytes !== undefined && originalSha256 !== undefined
      ? [{ title, filePath, originalBytes, originalSha256 }]
      : [],
);

export const REFUSED_GOLDENS: readonly RefusedGolden[] = ENTRIES.flatMap(({ title, filePath, refused }) =>
  refused === undefined ? [] : [{ title, filePath, code: refused }],
);

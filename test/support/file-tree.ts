import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from './temporary-folder.js';

/** A new folder with these files in it: relative path → content. A path that ends in `/` is an empty folder. */
export function fileTree(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryFolder();
  for (const [relativePath, content] of Object.entries(files)) {
    const filePath = path.join(folder, relativePath);
    mkdirSync(relativePath.endsWith('/') ? filePath : path.dirname(filePath), { recursive: true });
    if (!relativePath.endsWith('/')) writeFileSync(filePath, content);
  }
  return folder;
}

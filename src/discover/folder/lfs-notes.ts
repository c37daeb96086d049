import path from 'node:path';
import { ATTRIBUTES_NAME, LFS_FILTER, lineOf } from '../../format/model/git-attributes.js';
import { FilterReader } from '../filter-reader.js';
import type { FileTask, TaskGroup } from '../tasks.js';

/** A note on outputs in a Git repository that Git LFS will not track though it tracks their sources: the next commit would hold
 * the weights themselves. A folder's run looks after the folder's own `.gitattributes`; those above it, and in sub-folders, are
 * the user's. */
export function lfsNotes(groups: readonly TaskGroup[]): string[] {
  const finder = new FilterReader(groups);
  const untracked = new Map<
    string,
    { readonly outputs: string[]; readonly line: string; readonly filePath: string }
  >();
  for (const { sourcePath, targetPath } of groups.flatMap(({ tasks }) => tasks).filter(isWeights)) {
    const top = targetPath === undefined ? undefined : finder.topOf(targetPath);
    if (targetPath === undefined || top === undefined) continue;
    const source = finder.filterOf(sourcePath, 'now');
    if (source?.filter !== LFS_FILTER || finder.filterOf(targetPath, 'after')?.filter !== undefined) continue;
    const isAbove = finder.topOf(sourcePath) === top;
    const filePath = isAbove ? source.filePath : path.join(top, ATTRIBUTES_NAME);
    const line = lineOf(patternOf(targetPath));
    const known = untracked.get(`${filePath}\0${line}`);
    if (known !== undefined) known.outputs.push(targetPath);
    else untracked.set(`${filePath}\0${line}`, { outputs: [targetPath], line, filePath });
  }
  return [...untracked.values()].map(({ outputs: [first, ...others], line, filePath }) => {
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    return `${first}${more}: Git LFS tracks what it is made of, and will not track this; add the line '${line}' to ${filePath}`;
  });
}

function isWeights({ action }: FileTask): boolean {
  return action === 'compress' || action === 'decompress';
}

/** What a line must say to mean this file and others like it. */
function patternOf(filePath: string): string {
  const name = path.basename(filePath);
  if (name.endsWith('.znn.safetensors')) return '*.znn.safetensors';
  return path.extname(name) === '' ? name : `*${path.extname(name)}`;
}

import path from 'node:path';
import { FolderWalk, type Obstacle } from '../../discover/folder/folder-walk.js';
import { isCompressedFile } from '../../discover/folder/sidecars.js';
import { lookAt, refusal } from '../../discover/paths/named-paths.js';
import type { FileTask, RunPlan } from '../../discover/tasks.js';
import { isIndexName, restoredPathOf } from '../../format/model/file-names.js';
import type { HubSnapshot } from '../../hub/snapshot.js';
import { realPathOf } from '../../io/paths/real-paths.js';
import { system } from '../../io/system.js';

/** What restoring a snapshot of the cache takes: every `.znn` becomes what it was made of, and the indexes follow. */
export type CacheRestorePlan = RunPlan & { readonly verb: 'decompress'; readonly snapshot: HubSnapshot };

/** Looks at names and sizes in the snapshot, sub-folders too. */
export function planCacheRestore(snapshot: HubSnapshot): CacheRestorePlan {
  const { snapshotPath, commit } = snapshot;
  const walk = new FolderWalk(snapshotPath, realPathOf(snapshotPath));
  const { files } = walk.all();
  const compressed = files.filter((file) => isCompressedFile(walk.pathOf(file)));
  const weights = compressed.map((file) => taskOf(snapshotPath, file, 'decompress', restoredPathOf(file)));
  const indexes = files.filter(isIndexName).map((file) => taskOf(snapshotPath, file, 'rewrite-index', file));
  // What cannot be looked at may be an index, which would go on naming files that are gone.
  const faults = walk.obstacles.filter(({ kind }) => kind === 'unreadable').map(faultTask);
  const tasks = compressed.length === 0 ? faults : [...faults, ...weights, ...indexes];
  return {
    verb: 'decompress',
    snapshot,
    groups: [{ rootPath: snapshotPath, isFolder: true, targetFolders: [], tasks }],
    notes: compressed.length === 0 ? [`${snapshotPath}: no .znn files found in revision ${commit}`] : [],
  };
}

function faultTask({ filePath, reason }: Obstacle): FileTask {
  return { action: 'refuse', sourcePath: filePath, sourceBytes: 0, reason };
}

function taskOf(
  snapshotPath: string,
  file: string,
  action: 'decompress' | 'rewrite-index',
  targetFile = file,
): FileTask {
  const sourcePath = path.join(snapshotPath, file);
  const targetPath = path.join(snapshotPath, targetFile);
  const found = lookAt(sourcePath);
  if (found.kind === 'file') return { action, sourcePath, targetPath, sourceBytes: found.fileBytes };
  if (action !== 'decompress' || !isSpentLink(sourcePath, targetPath)) return refusal(found);
  return { action, sourcePath, targetPath, sourceBytes: 0, reason: 'restored already, and its blob is gone' };
}

/** Whether a run was cut short between a `.znn` blob and the link to it: the blob is gone, and what was made of it is there. */
export function isSpentLink(linkPath: string, restoredPath: string): boolean {
  try {
    const isLink = system.lstatSync(linkPath).isSymbolicLink();
    const leadsNowhere = system.statSync(linkPath, { throwIfNoEntry: false }) === undefined;
    return isLink && leadsNowhere && lookAt(restoredPath).kind === 'file';
  } catch {
    return false;
  }
}

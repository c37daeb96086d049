import path from 'node:path';
import { isWeightName } from '../../format/model/file-names.js';
import { absolutePathOf } from '../../io/paths/absolute-path.js';
import type { FolderContext } from '../discovery.js';
import type { FileTask } from '../tasks.js';
import type { Obstacle } from './folder-walk.js';

/** What the walk met and did not take. With `-o` whatever does not arrive is said; in place, what may hold weights. */
export function obstacleTasks(
  obstacles: readonly Obstacle[],
  { folderPath, targetRoot, selection }: FolderContext,
): FileTask[] {
  return obstacles
    .map((obstacle) => ({
      ...obstacle,
      relativePath: path.relative(absolutePathOf(folderPath), obstacle.filePath),
    }))
    .filter(({ relativePath }) => !selection.omitted.has(relativePath))
    .filter(
      ({ kind, relativePath }) =>
        targetRoot !== undefined || kind === 'unreadable' || kind === 'link' || isWeightName(relativePath),
    )
    .toSorted((one, other) => (one.relativePath < other.relativePath ? -1 : 1))
    .map(({ kind, relativePath, reason }) => {
      const source = { sourcePath: path.join(folderPath, relativePath), sourceBytes: 0 };
      if (kind === 'unreadable') return { action: 'refuse', ...source, reason };
      const leftOut = targetRoot === undefined ? 'of-run' : 'of-output';
      return { action: 'skip', ...source, reason, leftOut };
    });
}

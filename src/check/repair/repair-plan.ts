import path from 'node:path';
import { lookAt } from '../../discover/paths/named-paths.js';
import { placeOutputs } from '../../discover/paths/output-paths.js';
import { assertTargets } from '../../discover/paths/target-checks.js';
import { assertExpanded } from '../../discover/paths/unexpanded-paths.js';
import type { RunPlan, TargetFolder } from '../../discover/tasks.js';
import type { Machine } from '../../hub/cache-paths.js';
import { assertFits } from '../../run/space/assert-space.js';
import { spaceNeeds } from '../../run/space/space-needs.js';
import type { CheckedGroup, CheckResult } from '../check.js';
import { isRepairable, repairedNameOf } from './repairable.js';

/** A file that `--repair` makes anew, and where. */
export interface RepairTask {
  readonly checked: CheckResult;
  readonly targetPath: string;
  /** Folders that must be there for it, parents first; absent: that of the file. */
  readonly targetFolders?: readonly TargetFolder[];
}

/** Where the new files go: as the outputs of the other commands do, under `outputPath`.
 * @param isOne one path was named, and not by a pattern
 * @throws ZnnError `invalid-argument` when `outputPath` cannot take them: inside a source, in a Hugging Face cache, two for
 * one name; `io` when there is no room for them */
export function planRepairs(
  groups: readonly CheckedGroup[],
  outputPath: string,
  isOne: boolean,
  machine: Machine,
): RepairTask[] {
  assertExpanded('--output', outputPath, machine);
  const places = placeOutputs(
    groups.map(({ rootPath }) => lookAt(rootPath)),
    outputPath,
    isOne,
  );
  const tasks = groups.flatMap(({ files, isFolder, rootPath }, i) =>
    files.filter(isRepairable).map((checked) => {
      const { dir, base } = path.parse(checked.relativePath);
      const place = places[i];
      if (place?.kind === 'file') return { checked, targetPath: place.path };
      const root = place?.kind === 'folder' ? place.path : '';
      if (!isFolder) return { checked, targetPath: path.join(root, repairedNameOf(base)) };
      const targetFolders = foldersDownTo(dir).map((folder) => ({
        path: path.join(root, folder),
        likePath: path.join(rootPath, folder),
      }));
      return { checked, targetPath: path.join(root, dir, repairedNameOf(base)), targetFolders };
    }),
  );
  const run = asRun(tasks);
  assertTargets(run.groups, machine);
  const nothingGoes = { force: false, removeSources: false };
  assertFits(spaceNeeds(run, nothingGoes, ({ sourceBytes }) => sourceBytes));
  return tasks;
}

/** `a/b` → the folder itself, `a`, `a/b`. */
function foldersDownTo(relativePath: string): string[] {
  if (relativePath === '' || relativePath === '.') return [''];
  return [...foldersDownTo(path.dirname(relativePath)), relativePath];
}

/** As the checks of the other commands want it. A new file is about as long as the old one. */
function asRun(repairs: readonly RepairTask[]): RunPlan {
  const tasks = repairs.map(({ checked, targetPath }) => {
    const found = lookAt(checked.path);
    const sourceBytes = found.kind === 'file' ? found.fileBytes : 0;
    return { action: 'copy' as const, sourcePath: checked.path, targetPath, sourceBytes };
  });
  const group = { rootPath: '', isFolder: false, targetFolders: [], tasks };
  return { verb: 'info', groups: [group], notes: [] };
}

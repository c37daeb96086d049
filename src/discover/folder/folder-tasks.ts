import path from 'node:path';
import {
  compressedPathOf,
  isCompressedName,
  isIndexName,
  plainIndexPathOf,
  restoredPathOf,
} from '../../format/model/file-names.js';
import { ATTRIBUTES_NAME } from '../../format/model/git-attributes.js';
import { absolutePathOf } from '../../io/paths/absolute-path.js';
import { realPathOf } from '../../io/paths/real-paths.js';
import type { DiscoverRequest, Discovery, FolderContext } from '../discovery.js';
import { baseInFolder } from '../paths/base-paths.js';
import { isGone, lookAt, refusal } from '../paths/named-paths.js';
import { compressedTask } from '../pointer-files.js';
import type { FileTask, TaskAction, TaskGroup } from '../tasks.js';
import { attributesTask } from './attributes-task.js';
import { folderNotes } from './folder-notes.js';
import { FolderWalk } from './folder-walk.js';
import { indexTargetOf, isDerivedIndex, rewriteTask } from './index-task.js';
import { obstacleTasks } from './obstacle-tasks.js';
import { selectFiles } from './selection.js';
import { weightsInCopy } from './unasked-copies.js';

/** What becomes of each file of a folder: weights by the list, indexes, and with `-o` every other file. */
export function planFolder(folderPath: string, discovery: Discovery): TaskGroup {
  const { request, place, notes } = discovery;
  const walk = new FolderWalk(absolutePathOf(folderPath), realPathOf(folderPath));
  const targetRoot = place.kind === 'beside' ? undefined : place.path;
  const selection = selectFiles(walk, request);
  const isWanted = (relativePath: string) => !selection.omitted.has(relativePath);
  const found = walk.all();
  const files = found.files.filter(isWanted);
  const context = { folderPath, targetRoot, selection, files: new Set(files), request };
  const attributes = attributesTask(context);
  const tasks = files
    .filter((relativePath) => attributes === undefined || relativePath !== ATTRIBUTES_NAME)
    .map((relativePath) => planInFolder(relativePath, context))
    .filter((task) => task !== undefined);
  notes.push(
    ...folderNotes(
      context,
      [...found.folders, ...found.files].filter((name) => !isWanted(name)),
    ),
  );
  return {
    rootPath: folderPath,
    isFolder: true,
    targetFolders:
      targetRoot === undefined
        ? []
        : ['', ...found.folders.filter(isWanted)].map((folder) => ({
            path: path.join(targetRoot, folder),
            likePath: path.join(folderPath, folder),
          })),
    tasks: inOrder([
      ...tasks,
      ...(attributes ? [attributes] : []),
      ...obstacleTasks(walk.obstacles, context),
    ]),
  };
}

function planInFolder(relativePath: string, context: FolderContext): FileTask | undefined {
  const { folderPath, targetRoot, selection, request } = context;
  const { chosen, excluded } = selection;
  const sourcePath = path.join(folderPath, relativePath);
  const isChosen =
    chosen.has(relativePath) ||
    (request.withIndexes === true && isIndexName(relativePath) && !excluded.has(relativePath));
  if (!isChosen && (request.verb === 'verify' || request.verb === 'info')) return undefined;
  const indexTarget = indexTargetOf(relativePath, context);
  const found = lookAt(sourcePath);
  // An index that cannot be read must stop --rm: it would go on naming files that are gone.
  if (found.kind !== 'file' && isGone(sourcePath)) return undefined;
  if (found.kind !== 'file')
    return isChosen || indexTarget !== undefined || targetRoot !== undefined ? refusal(found) : undefined;
  const source = { sourcePath, sourceBytes: found.fileBytes };
  const targetPath = path.join(targetRoot ?? folderPath, relativePath);
  if (isChosen) return planChosen(request, source, targetPath, relativePath);
  if (indexTarget !== undefined) return rewriteTask(source, indexTarget, context);
  if (isDerivedIndex(relativePath, context)) return derivedIndexTask(source, context);
  const isCompressed = request.verb === 'compress' && isCompressedName(relativePath);
  if (targetRoot !== undefined && isCompressed && isOutputOfRun(relativePath, context))
    return { action: 'skip', ...source, reason: 'made anew of the original beside it' };
  const reason = excluded.has(relativePath) ? 'excluded' : 'already compressed';
  if (targetRoot !== undefined)
    return {
      ...{ action: 'copy', ...source, targetPath, ...(isCompressed && { reason }) },
      ...weightsInCopy(relativePath, context),
    };
  // What an earlier run made of a file that is still here is reported with that file, as up to date.
  const isOutput = chosen.has(restoredPathOf(relativePath) ?? '');
  return isCompressed && !isOutput ? compressedTask(source) : undefined;
}

/** In place it stays. Compressing elsewhere makes it anew of the plain index; on the way back that one says all. */
function derivedIndexTask(
  source: Pick<FileTask, 'sourcePath' | 'sourceBytes'>,
  { targetRoot, request }: FolderContext,
): FileTask | undefined {
  if (targetRoot === undefined) return undefined;
  const reason = `made of ${path.basename(plainIndexPathOf(source.sourcePath) ?? '')}, which is beside it`;
  if (request.verb === 'compress') return { action: 'skip', ...source, reason };
  return { action: 'skip', ...source, reason, leftOut: 'of-output' };
}

/** Whether this run writes a file of this very name, since the original is there as well. */
function isOutputOfRun(relativePath: string, { selection, request }: FolderContext): boolean {
  const original = restoredPathOf(relativePath);
  if (original === undefined || !selection.chosen.has(original)) return false;
  return compressedPathOf(original, request.format ?? 'znn') === relativePath;
}

function planChosen(
  request: DiscoverRequest,
  source: { sourcePath: string; sourceBytes: number },
  targetPath: string,
  relativePath: string,
): FileTask {
  const { verb, format = 'znn' } = request;
  if (verb === 'compress') {
    const base = baseInFolder(relativePath, request);
    return { action: 'compress', ...source, targetPath: compressedPathOf(targetPath, format), ...base };
  }
  if (verb === 'info') return { action: 'describe', ...source };
  const base = baseInFolder(restoredPathOf(relativePath) ?? relativePath, request);
  if (verb === 'verify') return { action: 'verify', ...source, ...base };
  return { action: 'decompress', ...source, targetPath: restoredPathOf(targetPath) ?? targetPath, ...base };
}

/** Weights first, for they may fail; indexes last, since they name what the weights became. */
const ORDER: readonly TaskAction[] = [
  ...(['compress', 'decompress', 'verify', 'describe'] as const),
  ...(['copy', 'skip', 'refuse', 'rewrite-attributes', 'rewrite-index'] as const),
];

function inOrder(tasks: readonly FileTask[]): FileTask[] {
  return tasks.toSorted((one, other) => ORDER.indexOf(one.action) - ORDER.indexOf(other.action));
}

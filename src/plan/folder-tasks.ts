import path from 'node:path';
import { ATTRIBUTES_NAME } from '../format/git-attributes.js';
import { system } from '../io/system.js';
import { attributesTask } from './attributes-task.js';
import { baseInFolder } from './base-paths.js';
import { chosenFiles, NEVER_ENTERED } from './chosen-files.js';
import type { DiscoverRequest, Discovery, FolderContext } from './discovery.js';
import { FolderWalk, type Obstacle } from './folder-walk.js';
import { indexTargetOf, isDerivedIndex, rewriteTask } from './index-task.js';
import { lookAt, refusal } from './named-paths.js';
import { realPathOf } from './real-paths.js';
import type { FileTask, TaskAction, TaskGroup } from './types.js';
import { compressedPathOf, isCompressedName, isIndexName, restoredPathOf } from './weight-files.js';

/** What becomes of each file of a folder: weights by the list, indexes, and with `-o` every other file. */
export function planFolder(folderPath: string, discovery: Discovery): TaskGroup {
  const { request, place, notes } = discovery;
  const walk = new FolderWalk(path.resolve(folderPath), realPathOf(folderPath));
  const targetRoot = place.kind === 'beside' ? undefined : place.path;
  const chosen = chosenFiles(walk, request);
  const found = walk.all(NEVER_ENTERED);
  const context = { folderPath, targetRoot, chosen, files: new Set(found.files), request };
  const attributes = attributesTask(context);
  const tasks = found.files
    .filter((relativePath) => attributes === undefined || relativePath !== ATTRIBUTES_NAME)
    .map((relativePath) => planInFolder(relativePath, context))
    .filter((task) => task !== undefined);
  // What is compressed already has a line of its own.
  const isCompressed = request.verb === 'compress' && found.files.some(isCompressedName);
  if (chosen.size === 0 && !isCompressed) notes.push(`${folderPath}: ${nothingFound(request)}`);
  if (targetRoot === undefined) notes.push(...indexNotes(found.files, folderPath, request, chosen.size));
  else if (hasGitFolder(folderPath)) notes.push(`${path.join(folderPath, '.git')} is not copied`);
  return {
    rootPath: folderPath,
    isFolder: true,
    targetFolders:
      targetRoot === undefined
        ? []
        : ['', ...found.folders].map((folder) => ({
            path: path.join(targetRoot, folder),
            likePath: path.join(folderPath, folder),
          })),
    tasks: inOrder([
      ...tasks,
      ...(attributes ? [attributes] : []),
      ...obstacleTasks(walk.obstacles, folderPath, targetRoot !== undefined),
    ]),
  };
}

function planInFolder(relativePath: string, context: FolderContext): FileTask | undefined {
  const { folderPath, targetRoot, chosen, request } = context;
  const sourcePath = path.join(folderPath, relativePath);
  const isChosen = chosen.has(relativePath) || (request.withIndexes === true && isIndexName(relativePath));
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
  if (isDerivedIndex(relativePath, context)) return undefined;
  const isCompressed = request.verb === 'compress' && isCompressedName(relativePath);
  if (targetRoot !== undefined && isCompressed && isOutputOfRun(relativePath, context))
    return { action: 'skip', ...source, reason: 'made anew of the original beside it' };
  const reason = 'already compressed';
  if (targetRoot !== undefined)
    return { action: 'copy', ...source, targetPath, ...(isCompressed && { reason }) };
  // What an earlier run made of a file that is still here is reported with that file, as up to date.
  const isOutput = chosen.has(restoredPathOf(relativePath) ?? '');
  return isCompressed && !isOutput ? { action: 'skip', ...source, reason } : undefined;
}

/** Whether it was there when the folder was read, and another run has removed it since. */
function isGone(filePath: string): boolean {
  try {
    return system.lstatSync(filePath, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** Whether this run writes a file of this very name, since the original is there as well. */
function isOutputOfRun(relativePath: string, { chosen, request }: FolderContext): boolean {
  const original = restoredPathOf(relativePath);
  if (original === undefined || !chosen.has(original)) return false;
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

/** In place only faults count, and of the rest nothing was expected; with `-o` whatever does not arrive is said. */
function obstacleTasks(obstacles: readonly Obstacle[], folderPath: string, isCopied: boolean): FileTask[] {
  return obstacles
    .toSorted((one, other) => (one.filePath < other.filePath ? -1 : 1))
    .filter(({ isFault }) => isFault || isCopied)
    .map(({ filePath, reason, isFault }) => ({
      action: isFault ? 'refuse' : 'skip',
      sourcePath: path.join(folderPath, path.relative(path.resolve(folderPath), filePath)),
      sourceBytes: 0,
      reason,
    }));
}

/** Weights first, for they may fail; indexes last, since they name what the weights became. */
const ORDER: readonly TaskAction[] = [
  ...(['compress', 'decompress', 'verify', 'describe'] as const),
  ...(['copy', 'skip', 'refuse', 'rewrite-attributes', 'rewrite-index'] as const),
];

function inOrder(tasks: readonly FileTask[]): FileTask[] {
  return tasks.toSorted((one, other) => ORDER.indexOf(one.action) - ORDER.indexOf(other.action));
}

function nothingFound({ verb }: DiscoverRequest): string {
  return verb === 'decompress' || verb === 'verify' ? 'no .znn files found' : 'no weight files found';
}

function indexNotes(
  files: readonly string[],
  folderPath: string,
  { verb, removeSources, format = 'znn', variant = false }: DiscoverRequest,
  chosenCount: number,
): string[] {
  if (removeSources || chosenCount === 0 || (verb !== 'compress' && verb !== 'decompress')) return [];
  const suffix = format === 'safetensors' ? '.znn.safetensors' : '.znn';
  const follows = verb === 'compress' ? `${suffix} files` : 'the originals';
  const twice =
    verb === 'compress' && format === 'safetensors'
      ? [
          `${folderPath}: holds every tensor twice now, and loaders that read all *.safetensors load both; -o keeps them apart`,
        ]
      : [];
  if (variant) return twice;
  const indexLines = files
    .filter(isIndexName)
    .map((index) => `${path.join(folderPath, index)} stays as it is; with --rm or -o it names ${follows}`);
  return [...twice, ...indexLines];
}

function hasGitFolder(folderPath: string): boolean {
  return system.lstatSync(path.join(folderPath, '.git'), { throwIfNoEntry: false }) !== undefined;
}

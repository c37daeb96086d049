import path from 'node:path';
import { toZnnError, ZnnError } from '../errors.js';
import { isBeyondLimit, type Limits } from '../format/limits.js';
import type { ModelIndex } from '../format/model-index.js';
import { fileSource } from '../io/file-source.js';
import { closeInput, openInput } from '../io/input-file.js';
import { system } from '../io/system.js';
import type { FileTask, RunPlan, TaskGroup } from '../plan/types.js';
import { isIndexName, restoredPathOf } from '../plan/weight-files.js';
import { type CheckedFile, checkFile, type Decoding } from './check-file.js';
import { type CheckedIndex, checkIndex, indexDamage, possibleNames, type Shard } from './check-index.js';
import { pointerFinding } from './check-pointer.js';
import type { FileCheck, Finding, FolderKind } from './findings.js';
import { readIndex } from './read-index.js';

/** A file that was checked, with what `--repair` works from. */
export interface CheckResult extends FileCheck {
  /** Below the path that the user named. */
  readonly relativePath: string;
  readonly checkedIndex?: CheckedIndex;
  /** It could not be read. */
  readonly error?: ZnnError;
}

/** What the user named. */
export interface CheckedGroup {
  readonly rootPath: string;
  readonly isFolder: boolean;
  readonly kind: FolderKind;
  /** Weight files, then indexes. */
  readonly files: readonly CheckResult[];
}

/** Says what files and folders are, and whether indexes, shards, headers and tensors agree. Changes nothing. */
export function check(plan: RunPlan, runner: Decoding, limits: Partial<Limits> = {}): CheckedGroup[] {
  const look = (filePath: string) => checkFile(filePath, runner, limits);
  const open = (indexPath: string) => openIndex(indexPath, limits);
  return plan.groups.map((group) => checkGroup(group, { look, open }));
}

/** How files are looked at, within the run's limits. */
interface Looks {
  readonly look: (filePath: string) => CheckedFile;
  readonly open: (indexPath: string) => ModelIndex | Finding;
}

function checkGroup({ rootPath, isFolder, tasks }: TaskGroup, looks: Looks): CheckedGroup {
  const weights = tasks.filter(({ sourcePath }) => !isIndexName(sourcePath));
  const indexes = tasks.filter(({ sourcePath }) => isIndexName(sourcePath));
  const relativePathOf = ({ sourcePath }: FileTask) =>
    isFolder ? path.relative(rootPath, sourcePath) : path.basename(sourcePath);
  const checked = weights.map((task) => ({
    ...checkWeight(task, looks),
    relativePath: relativePathOf(task),
  }));
  const withSiblings = checked.map((file) => withSibling(file, checked));
  const checkedIndexes = indexes.map((task) => ({
    ...checkIndexFile(task, withSiblings, looks),
    relativePath: relativePathOf(task),
  }));
  return {
    ...{ rootPath, isFolder, kind: folderKindOf(withSiblings) },
    files: [...withSiblings, ...checkedIndexes],
  };
}

/** What cannot be read is a result too. */
function checkWeight(task: FileTask, { look }: Looks): Shard {
  try {
    if (task.action === 'refuse') throw new ZnnError('io', task.reason ?? 'cannot be used');
    return look(task.sourcePath);
  } catch (thrown) {
    const error = toZnnError(thrown, { file: task.sourcePath });
    return { path: task.sourcePath, kind: 'other', tensorCount: 0, findings: [], error };
  }
}

function checkIndexFile(
  task: FileTask,
  checked: readonly Shard[],
  looks: Looks,
): Omit<CheckResult, 'relativePath'> {
  const base = { path: task.sourcePath, kind: 'index', tensorCount: 0 } as const;
  try {
    if (task.action === 'refuse') throw new ZnnError('io', task.reason ?? 'cannot be used');
    const index = looks.open(task.sourcePath);
    if ('severity' in index) return { ...base, findings: [index] };
    const checkedIndex = checkIndex(index, shardsBeside(task.sourcePath, index, checked, looks));
    return { ...base, tensorCount: index.values.length, findings: checkedIndex.findings, checkedIndex };
  } catch (thrown) {
    const error = toZnnError(thrown, { file: task.sourcePath });
    return error.code === 'io' || isBeyondLimit(error)
      ? { ...base, findings: [], error }
      : { ...base, findings: [indexDamage(error)] };
  }
}

function openIndex(indexPath: string, limits: Partial<Limits>): ModelIndex | Finding {
  const input = openInput(indexPath);
  try {
    return pointerFinding(fileSource(input)) ?? readIndex(input, limits);
  } finally {
    closeInput(input);
  }
}

/** The files right in the index's folder, and those that the index names, which this run may leave out. Others, deeper, may
 * well hold tensors of the same names: they are another model's.
 * @throws ZnnError `io`, `unsupported` beyond a limit: of a file that this run does not report on itself */
function shardsBeside(
  indexPath: string,
  index: ModelIndex,
  checked: readonly Shard[],
  { look }: Looks,
): Map<string, Shard> {
  const folder = path.dirname(indexPath);
  const known = new Map(checked.map((file) => [slashed(path.relative(folder, file.path)), file]));
  const shards = new Map([...known].filter(([name]) => !name.includes('/')));
  for (const name of index.shardNames.flatMap(possibleNames)) {
    const sourcePath = path.join(folder, name);
    const file = known.get(name);
    if (file !== undefined) shards.set(name, file);
    else if (!shards.has(name) && isFile(sourcePath)) shards.set(name, look(sourcePath));
  }
  return shards;
}

/** What says that a name leads to nothing: the name may have grown too long by `.znn`. */
const NOT_THERE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

/** @throws ZnnError `io` where the system does not say: that is not missing */
function isFile(filePath: string): boolean {
  try {
    return system.statSync(filePath).isFile();
  } catch (error) {
    if (NOT_THERE.has((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw new ZnnError('io', `${path.basename(filePath)}: ${toZnnError(error).message}`, {}, error);
  }
}

/** A file beside what it was made of, or what was made of it. */
function withSibling<File extends CheckResult>(file: File, others: readonly CheckResult[]): File {
  const restored = restoredPathOf(file.path);
  if (restored === undefined || !others.some((other) => other.path === restored)) return file;
  const isLoadedTwice = file.path.endsWith('.safetensors');
  const finding: Finding = {
    ...{ severity: 'remark', code: 'both-kinds', isRepairable: false },
    message: `${path.basename(restored)} is there as well`,
    advice: isLoadedTwice
      ? 'loaders that take every *.safetensors load both: keep one kind in a folder'
      : 'one of them is enough: znn compress --rm, or znn decompress --rm',
  };
  return { ...file, findings: [...file.findings, finding] };
}

function folderKindOf(files: readonly FileCheck[]): FolderKind {
  const kinds = new Set<FolderKind>();
  for (const { kind } of files) {
    if (kind === 'znn' || kind === 'zipnn') kinds.add(kind);
    else if (kind !== 'damaged' && kind !== 'pointer') kinds.add('plain');
  }
  if (kinds.size > 1) return 'mixed';
  const [only = 'empty'] = kinds;
  return only;
}

function slashed(relativePath: string): string {
  return relativePath.split(path.sep).join('/');
}

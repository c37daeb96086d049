import path from 'node:path';
import { toZnnError, ZnnError } from '../errors.js';
import { isBeyondLimit, type Limits } from '../format/limits.js';
import type { ModelIndex } from '../format/model-index.js';
import type { FileTask, RunPlan, TaskGroup } from '../plan/types.js';
import { isIndexName, restoredPathOf } from '../plan/weight-files.js';
import type { JobRunner } from '../pool/protocol.js';
import { type CheckedFile, checkFile } from './check-file.js';
import { type CheckedIndex, checkIndex, indexDamage, openIndex } from './check-index.js';
import type { FileCheck, Finding, FolderKind } from './findings.js';

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

type Decoding = Pick<JobRunner, 'checksum' | 'decodeInOrder'>;

/** Says what files and folders are, and whether indexes, shards, headers and tensors agree. Changes nothing. */
export function check(plan: RunPlan, runner: Decoding, limits: Partial<Limits> = {}): CheckedGroup[] {
  const look = (filePath: string) => checkFile(filePath, runner, limits);
  const open = (indexPath: string) => openIndex(indexPath, limits);
  return plan.groups.map((group) => checkGroup(group, { look, open }));
}

/** How files are looked at, within the run's limits. */
interface Looks {
  readonly look: (filePath: string) => CheckedFile;
  readonly open: (indexPath: string) => ModelIndex;
}

function checkGroup({ rootPath, isFolder, tasks }: TaskGroup, looks: Looks): CheckedGroup {
  const weights = tasks.filter(({ sourcePath }) => !isIndexName(sourcePath));
  const indexes = tasks.filter(({ sourcePath }) => isIndexName(sourcePath));
  const relativePathOf = ({ sourcePath }: FileTask) =>
    isFolder ? path.relative(rootPath, sourcePath) : path.basename(sourcePath);
  const checked = weights.map((task) => ({
    ...guarded(task, () => looks.look(task.sourcePath)),
    relativePath: relativePathOf(task),
  }));
  const withSiblings = isFolder ? checked.map((file) => withSibling(file, checked)) : checked;
  const checkedIndexes = indexes.map((task) => ({
    ...checkIndexFile(task, isFolder ? withSiblings : siblingsOnDisk(task, looks), looks),
    relativePath: relativePathOf(task),
  }));
  const files = [...withSiblings, ...checkedIndexes];
  return { rootPath, isFolder, kind: folderKindOf(withSiblings), files };
}

/** What cannot be read is a result too. */
function guarded(task: FileTask, look: () => CheckedFile): CheckedFile & { error?: ZnnError } {
  try {
    if (task.action === 'refuse') throw new ZnnError('io', task.reason ?? 'cannot be used');
    return look();
  } catch (thrown) {
    const error = toZnnError(thrown, { file: task.sourcePath });
    return { path: task.sourcePath, kind: 'other', tensorCount: 0, findings: [], error };
  }
}

function checkIndexFile(
  task: FileTask,
  shards: readonly CheckedFile[],
  { open }: Looks,
): Omit<CheckResult, 'relativePath'> {
  const base = { path: task.sourcePath, kind: 'index', tensorCount: 0 } as const;
  try {
    if (task.action === 'refuse') throw new ZnnError('io', task.reason ?? 'cannot be used');
    const index = open(task.sourcePath);
    const folder = path.dirname(task.sourcePath);
    const byName = new Map(shards.map((shard) => [slashed(path.relative(folder, shard.path)), shard]));
    const checkedIndex = checkIndex(index, byName);
    return { ...base, tensorCount: index.values.length, findings: checkedIndex.findings, checkedIndex };
  } catch (thrown) {
    const error = toZnnError(thrown, { file: task.sourcePath });
    return error.code === 'io' || isBeyondLimit(error)
      ? { ...base, findings: [], error }
      : { ...base, findings: [indexDamage(error)] };
  }
}

/** An index that was named alone is compared with the files that it names. */
function siblingsOnDisk({ sourcePath }: FileTask, { look, open }: Looks): CheckedFile[] {
  return siblingPaths(sourcePath, open).flatMap((filePath) => {
    try {
      return [look(filePath)];
    } catch {
      return [];
    }
  });
}

/** The shards that the index names, under any of the names that they may have by now. */
function siblingPaths(indexPath: string, open: Looks['open']): string[] {
  try {
    const folder = path.dirname(indexPath);
    const names = open(indexPath).shardNames.flatMap((name) => {
      const plain = restoredPathOf(name) ?? name;
      return [plain, `${plain}.znn`, plain.replace(/\.safetensors$/, '.znn.safetensors')];
    });
    return [...new Set(names)].map((name) => path.join(folder, name));
  } catch {
    return [];
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
  const kinds = new Set(
    files.map(({ kind }) => (kind === 'safetensors' || kind === 'other' ? 'plain' : kind)),
  );
  if (kinds.size === 0) return 'empty';
  const [only] = kinds;
  return kinds.size === 1 && only !== undefined && only !== 'index' ? only : 'mixed';
}

function slashed(relativePath: string): string {
  return relativePath.split(path.sep).join('/');
}

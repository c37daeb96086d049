import path from 'node:path';
import type { FileTask, RunPlan, TaskGroup } from '../discover/tasks.js';
import { toZnnError, ZnnError } from '../errors.js';
import type { Limits } from '../format/limits.js';
import { isIndexName, restoredPathOf } from '../format/model/file-names.js';
import { checkFile, type Decoding } from './check-file.js';
import type { CheckedIndex, Shard } from './check-index.js';
import { checkIndexFile, type Looks, openIndexOf } from './check-indexes.js';
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

/** Says what files and folders are, and whether indexes, shards, headers and tensors agree. Changes nothing. */
export function check(plan: RunPlan, runner: Decoding, limits: Partial<Limits> = {}): CheckedGroup[] {
  const look = (filePath: string) => checkFile(filePath, runner, limits);
  return plan.groups.map((group) => checkGroup(group, { look, limits }));
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
  const opened = indexes.map((task) => openIndexOf(task, looks));
  const checkedIndexes = opened.map((each) => ({
    ...checkIndexFile(each, opened, withSiblings, looks),
    relativePath: relativePathOf(each.task),
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

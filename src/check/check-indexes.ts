import path from 'node:path';
import type { FileTask } from '../discover/tasks.js';
import { toZnnError, ZnnError } from '../errors.js';
import { isBeyondLimit, type Limits } from '../format/limits.js';
import { plainNameOf } from '../format/model/file-names.js';
import { hasOwnLoader } from '../format/model/loader-names.js';
import type { ModelIndex } from '../format/model/model-index.js';
import { fileSource } from '../io/file-source.js';
import { closeInput, openInput } from '../io/input-file.js';
import { system } from '../io/system.js';
import { readIndex } from '../run/companions/read-index.js';
import type { CheckedFile } from './check-file.js';
import {
  type CheckedIndex,
  checkIndex,
  indexDamage,
  possibleNames,
  type Shard,
  shardExtensionOf,
} from './check-index.js';
import { pointerFinding } from './check-pointer.js';
import type { FileCheck, Finding } from './findings.js';

/** How files are looked at, within the run's limits. */
export interface Looks {
  readonly look: (filePath: string) => CheckedFile;
  readonly limits: Partial<Limits>;
}

/** An index that was checked. */
export interface CheckedIndexFile extends FileCheck {
  readonly checkedIndex?: CheckedIndex;
  /** It could not be read. */
  readonly error?: ZnnError;
}

/** An index of the run, or why it cannot be read. */
export interface OpenedIndex {
  readonly task: FileTask;
  readonly index?: ModelIndex;
  /** It only stands for an index. */
  readonly pointer?: Finding;
  readonly error?: ZnnError;
}

export function openIndexOf(task: FileTask, { limits }: Looks): OpenedIndex {
  try {
    if (task.action === 'refuse') throw new ZnnError('io', task.reason ?? 'cannot be used');
    return { task, ...openIndex(task.sourcePath, limits) };
  } catch (thrown) {
    return { task, error: toZnnError(thrown, { file: task.sourcePath }) };
  }
}

/** What an index says beside the files that it may mean.
 * @param all the indexes of its group
 * @param checked the weights of its group */
export function checkIndexFile(
  opened: OpenedIndex,
  all: readonly OpenedIndex[],
  checked: readonly Shard[],
  looks: Looks,
): CheckedIndexFile {
  const { sourcePath } = opened.task;
  const base = { path: sourcePath, kind: 'index', tensorCount: 0 } as const;
  try {
    if (opened.pointer !== undefined) return { ...base, findings: [opened.pointer] };
    if (opened.index === undefined) throw opened.error;
    const { index } = opened;
    const beside = shardsBeside(sourcePath, index, checked, looks);
    const isOthers = belongsToOthers(opened, all);
    const shards = new Map([...beside].filter(([name]) => !isOthers(name)));
    const checkedIndex = checkIndex(index, shards, isFirstOfKind(opened, all));
    return { ...base, tensorCount: index.values.length, findings: checkedIndex.findings, checkedIndex };
  } catch (thrown) {
    const error = toZnnError(thrown, { file: sourcePath });
    return error.code === 'io' || isBeyondLimit(error)
      ? { ...base, findings: [], error }
      : { ...base, findings: [indexDamage(error)] };
  }
}

/** Whether a file beside an index, which that does not name, is named by another one, or is what some loader opens without any:
 * it is no shard of this index. */
function belongsToOthers(
  { task, index: own }: OpenedIndex,
  all: readonly OpenedIndex[],
): (name: string) => boolean {
  const folder = path.dirname(task.sourcePath);
  const ownNames = new Set(own?.shardNames.map(plainNameOf));
  const othersPaths = new Set(
    all.flatMap(({ task: { sourcePath }, index }) =>
      (index?.shardNames ?? []).map((name) => path.resolve(path.dirname(sourcePath), plainNameOf(name))),
    ),
  );
  return (name) => {
    const plainName = plainNameOf(name);
    if (ownNames.has(plainName)) return false;
    return hasOwnLoader(plainName) || othersPaths.has(path.resolve(folder, plainName));
  };
}

/** One index of a folder says which shards of its kind none of them names. */
function isFirstOfKind(opened: OpenedIndex, all: readonly OpenedIndex[]): boolean {
  const kindOf = ({ task, index }: OpenedIndex) =>
    index && path.join(path.dirname(task.sourcePath), shardExtensionOf(index));
  return all.find((each) => kindOf(each) === kindOf(opened)) === opened;
}

function openIndex(indexPath: string, limits: Partial<Limits>): Pick<OpenedIndex, 'index' | 'pointer'> {
  const input = openInput(indexPath);
  try {
    const pointer = pointerFinding(fileSource(input));
    return pointer === undefined ? { index: readIndex(input, limits) } : { pointer };
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

function slashed(relativePath: string): string {
  return relativePath.split(path.sep).join('/');
}

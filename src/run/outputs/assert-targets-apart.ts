import path from 'node:path';
import { doubtfulNames } from '../../discover/paths/doubtful-names.js';
import { type RunPlan, writingTasks } from '../../discover/tasks.js';
import { toZnnError, ZnnError } from '../../errors.js';
import { absolutePathOf } from '../../io/paths/absolute-path.js';
import { isWithin, realPathOf } from '../../io/paths/real-paths.js';
import { system } from '../../io/system.js';
import { isSameFolder, probeNames } from '../../io/temporary/name-probe.js';

// Two outputs may be one file to the file system although their paths differ: by case (exFAT, NTFS, APFS), by Unicode form, or
// since two folders are one by a mount. The second would replace the first, and its source could already be gone.

/** What a name in a target folder is for. */
interface Owner {
  readonly kind: 'output' | 'source' | 'folder';
  /** The source of an output; otherwise the path itself. */
  readonly sourcePath: string;
  readonly path: string;
}

/** Names that stand, or will stand, side by side. */
type Names = Map<string, Owner>;

/** Checks, before anything is written, that the file system keeps all outputs of a run apart from each other and from the sources,
 * and that it takes their names. Names that no file system mixes up cost no call.
 * @throws ZnnError `io` that names both, or the name that cannot be held */
export function assertTargetsApart(plan: RunPlan): void {
  const folders = new Map<string, Names>();
  const folderOf = folderFinder(plan);
  const tasks = writingTasks(plan.groups);
  const add = (owner: Owner) => {
    const folder = folderOf(path.dirname(owner.path));
    const names = folders.get(folder) ?? new Map<string, Owner>();
    folders.set(folder, names);
    const name = path.basename(owner.path);
    const other = names.get(name);
    if (other !== undefined && !mayShare(other, owner)) throw oneFile(other, owner);
    names.set(name, other ?? owner);
  };
  for (const { sourcePath, targetPath } of tasks) add({ kind: 'output', path: targetPath, sourcePath });
  for (const folder of madeFolders(plan)) add({ kind: 'folder', path: folder, sourcePath: folder });
  const targetFolders = new Set(folders.keys());
  for (const { sourcePath } of tasks)
    if (targetFolders.has(folderOf(path.dirname(sourcePath))))
      add({ kind: 'source', path: sourcePath, sourcePath });
  for (const [folder, names] of folders) askAbout(folder, names);
}

/** Those below the folder that the output is. */
function madeFolders({ groups }: RunPlan): string[] {
  return groups
    .filter(({ isFolder }) => isFolder)
    .flatMap(({ targetFolders }) => targetFolders.slice(1).map((folder) => folder.path));
}

/** A folder may be named by several groups, and a source be read by several tasks; an index that is rewritten in place is its own
 * output. */
function mayShare(one: Owner, other: Owner): boolean {
  if (one.kind === other.kind) return one.kind !== 'output';
  return one.kind !== 'folder' && other.kind !== 'folder' && one.path === other.path;
}

/** Finds for a folder the one path by which this run knows it: links resolved, and of mounts that lead to one folder the first. */
function folderFinder(plan: RunPlan): (folderPath: string) => string {
  const doubles = rootsMountedTwice(plan);
  const byIdentity = new Map<string, string>();
  const known = new Map<string, string>();
  const find = (folderPath: string): string => {
    const realPath = realPathOf(folderPath);
    const double = doubles.find(({ second }) => isWithin(realPath, second));
    const folder = double ? path.join(double.first, path.relative(double.second, realPath)) : realPath;
    const identity = identityOf(folder);
    if (identity === undefined) return folder;
    const first = byIdentity.get(identity) ?? folder;
    byIdentity.set(identity, first);
    return first;
  };
  return (folderPath) => {
    const folder = known.get(folderPath) ?? find(folderPath);
    known.set(folderPath, folder);
    return folder;
  };
}

/** Folders of different devices that outputs go to, and that are one: of a share that is mounted twice the system knows no more. */
function rootsMountedTwice({ groups }: RunPlan): { readonly first: string; readonly second: string }[] {
  const roots = groups
    .filter(({ tasks }) => tasks.some(({ targetPath }) => targetPath !== undefined))
    .map(({ isFolder, targetFolders, rootPath }) =>
      realPathOf(targetFolders[0]?.path ?? (isFolder ? rootPath : path.dirname(rootPath))),
    )
    .map((root) => ({ root, device: identityOf(root)?.split(':')[0] }))
    .filter(({ device }) => device !== undefined);
  return roots.flatMap(({ root: second, device }, i) => {
    const others = roots.slice(0, i).filter((other) => other.device !== device);
    const first = others.find(({ root }) => isSameFolder(root, second));
    return first === undefined ? [] : [{ first: first.root, second }];
  });
}

/** `undefined` where there is no folder yet. */
function identityOf(folderPath: string): string | undefined {
  try {
    const { dev, ino } = system.statSync(folderPath, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** Asks the file system about the names that it may not keep apart, or not take.
 * @throws ZnnError `io` */
function askAbout(folder: string, names: Names): void {
  const doubtful = doubtfulNames([...names.keys()], (name) => isNew(names.get(name)));
  if (doubtful.length === 0) return;
  const verdicts = probeNames(nearestFolder(folder), doubtful) ?? [];
  for (const [i, verdict] of verdicts.entries()) {
    const owner = names.get(doubtful[i] ?? '');
    if (owner === undefined || verdict.kind === 'taken') continue;
    if (verdict.kind === 'refused') throw notHeld(owner, verdict.error);
    const other = names.get(doubtful[verdict.index] ?? '');
    if (other !== undefined) throw oneFile(other, owner);
  }
}

/** Not what stands beside its source: a folder that has the one can hold the other. */
function isNew(owner: Owner | undefined): boolean {
  if (owner === undefined || owner.kind === 'source') return false;
  return owner.kind === 'folder' || path.dirname(owner.sourcePath) !== path.dirname(owner.path);
}

/** The folder itself, or what it will be made in, which hands its ways down. */
function nearestFolder(folder: string): string {
  const absolute = absolutePathOf(folder);
  const parent = path.dirname(absolute);
  return identityOf(absolute) !== undefined || parent === absolute ? absolute : nearestFolder(parent);
}

function oneFile(one: Owner, other: Owner): ZnnError {
  const isOfSource = one.kind === 'source' || other.kind === 'source';
  const what =
    one.kind === 'output' && other.kind === 'output'
      ? `both ${one.sourcePath} and ${other.sourcePath} would be written here`
      : `is one with ${isOfSource ? 'the source ' : ''}${one.path}`;
  const message = `${what}: this file system does not keep the two apart; leave one of them out, or write elsewhere`;
  return new ZnnError('io', message, { file: other.path });
}

function notHeld(owner: Owner, cause: unknown): ZnnError {
  const { message } = toZnnError(cause);
  return new ZnnError(
    'io',
    `this file system cannot hold the name: ${message}; write elsewhere, or leave the file out`,
    {
      file: owner.path,
    },
  );
}

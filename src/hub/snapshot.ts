import path from 'node:path';
import { toZnnError, ZnnError } from '../errors.js';
import { system } from '../io/system.js';
import { hubCachePaths, type Machine } from './cache-paths.js';

/** A model as the Hub names it. */
export interface HubModel {
  /** `org/name`, or `name` for the oldest ones. */
  readonly id: string;
  /** A branch, a tag, `refs/pr/1`, or a commit; `main` unless told. */
  readonly revision?: string;
}

/** Where a revision of a model stands in the cache. */
export interface HubSnapshot {
  /** `models--org--name`, with `blobs`, `refs` and `snapshots` in it. */
  readonly repositoryPath: string;
  readonly snapshotPath: string;
  /** A commit, or what else the snapshot is called. */
  readonly commit: string;
}

const DEFAULT_REVISION = 'main';
/** A file system takes no longer ones; what is longer names nothing. */
const NAME_MAX_BYTES = 256;
const COMMIT = /^[0-9a-f]{40}$/;
/** What the Hub allows in names: no `..` and no `--`, which would be a slash in the cache. */
const MODEL_ID = /^(?!.*(\.\.|--))[A-Za-z0-9_][\w.-]*(\/[A-Za-z0-9_][\w.-]*)?$/;

/** Finds a model's revision in the local cache, as the Hub's own library would, and only reads there.
 * @throws ZnnError `invalid-argument` for a name that no model has, `io` when the cache has no such model or revision */
export function findSnapshot({ id, revision }: HubModel, machine: Machine): HubSnapshot {
  if (!MODEL_ID.test(id)) {
    throw new ZnnError('invalid-argument', `--model: '${id}' is not a model's name, such as org/name`);
  }
  const [cachePath = ''] = hubCachePaths(machine);
  const repositoryPath = path.join(cachePath, `models--${id.replace('/', '--')}`);
  try {
    const snapshotNames = snapshotsIn(repositoryPath);
    if (snapshotNames.length === 0) throw new ZnnError('io', `Hub cache: ${id} is not in it`);
    return snapshotOf(repositoryPath, revision, snapshotNames);
  } catch (error) {
    throw toZnnError(error, { file: repositoryPath });
  }
}

function snapshotOf(
  repositoryPath: string,
  revision: string | undefined,
  snapshotNames: readonly string[],
): HubSnapshot {
  const commit = commitOf(repositoryPath, revision, snapshotNames);
  if (!snapshotNames.includes(commit)) throw unknownRevision(repositoryPath, revision ?? commit);
  return { repositoryPath, snapshotPath: path.join(repositoryPath, 'snapshots', commit), commit };
}

function commitOf(
  repositoryPath: string,
  revision: string | undefined,
  snapshotNames: readonly string[],
): string {
  const wanted = revision ?? DEFAULT_REVISION;
  if (COMMIT.test(wanted)) return wanted;
  if (wanted.split(/[/\\]/).some((part) => part === '' || part === '..' || part === '.')) {
    throw new ZnnError('invalid-argument', `--revision: '${wanted}' is not the name of a revision`);
  }
  const named = readRef(path.join(repositoryPath, 'refs', wanted));
  if (named !== undefined && snapshotNames.includes(named)) return named;
  // A mirror, or whoever made the cache by hand, may call a snapshot something else than a commit.
  if (snapshotNames.includes(wanted)) return wanted;
  if (named !== undefined && COMMIT.test(named)) throw unknownRevision(repositoryPath, wanted, named);
  // Downloaded by its commit only, a model has no ref; one snapshot alone leaves no doubt.
  const [only, ...others] = snapshotNames;
  if (revision === undefined && only !== undefined && others.length === 0) return only;
  throw unknownRevision(repositoryPath, wanted, named);
}

/** Names of the folders of files, mostly commits. */
function snapshotsIn(repositoryPath: string): string[] {
  const folderPath = path.join(repositoryPath, 'snapshots');
  const isFolder = (name: string) =>
    system.statSync(path.join(folderPath, name), { throwIfNoEntry: false })?.isDirectory() === true;
  return namesIn(folderPath).filter(isFolder);
}

/** What a ref's file names; `undefined` where there is no such file. */
function readRef(refPath: string): string | undefined {
  if (system.statSync(refPath, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  return new TextDecoder().decode(readStart(refPath, NAME_MAX_BYTES)).trim();
}

function readStart(filePath: string, mostBytes: number): Uint8Array {
  const bytes = new Uint8Array(mostBytes);
  const fd = system.openSync(filePath, 'r');
  try {
    return bytes.subarray(0, system.readSync(fd, bytes, 0, mostBytes, 0));
  } finally {
    system.closeSync(fd);
  }
}

/** @param named what the revision's ref names, of which there is no snapshot */
function unknownRevision(repositoryPath: string, revision: string, named?: string): ZnnError {
  const snapshotNames = snapshotsIn(repositoryPath);
  const refs = refsBelow(path.join(repositoryPath, 'refs'), '').filter((ref) =>
    snapshotNames.includes(readRef(path.join(repositoryPath, 'refs', ref)) ?? ''),
  );
  const known = [...refs, ...snapshotNames].slice(0, 8).join(', ');
  const fault =
    named === undefined
      ? `it has no revision '${revision}' of this model`
      : `its revision '${revision}' of this model is ${JSON.stringify(named)}, of which it has no files`;
  return new ZnnError('io', `Hub cache: ${fault}; it has ${known}`, { file: repositoryPath });
}

/** Names of refs, those in folders too: `refs/pr/1`. */
function refsBelow(folderPath: string, prefix: string): string[] {
  return namesIn(folderPath).flatMap((name) => {
    const refPath = path.join(folderPath, name);
    const isFolder = system.statSync(refPath, { throwIfNoEntry: false })?.isDirectory() === true;
    return isFolder ? refsBelow(refPath, `${prefix}${name}/`) : [prefix + name];
  });
}

function namesIn(folderPath: string): string[] {
  try {
    return system.readdirSync(folderPath).sort();
  } catch {
    return [];
  }
}

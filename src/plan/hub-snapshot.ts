import path from 'node:path';
import { toZnnError, ZnnError } from '../errors.js';
import { system } from '../io/system.js';
import { hubCachePaths, type Machine } from './hub-cache.js';

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
  readonly commit: string;
}

const DEFAULT_REVISION = 'main';
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
  if (namesIn(path.join(repositoryPath, 'snapshots')).length === 0) {
    throw new ZnnError('io', `Hub cache: ${id} is not in it`, { file: repositoryPath });
  }
  try {
    return snapshotOf(repositoryPath, revision);
  } catch (error) {
    throw toZnnError(error, { file: repositoryPath });
  }
}

function snapshotOf(repositoryPath: string, revision: string | undefined): HubSnapshot {
  const commit = commitOf(repositoryPath, revision);
  const snapshotPath = path.join(repositoryPath, 'snapshots', commit);
  if (system.statSync(snapshotPath, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw unknownRevision(repositoryPath, revision ?? commit);
  }
  return { repositoryPath, snapshotPath, commit };
}

function commitOf(repositoryPath: string, revision: string | undefined): string {
  const wanted = revision ?? DEFAULT_REVISION;
  if (COMMIT.test(wanted)) return wanted;
  if (wanted.split(/[/\\]/).some((part) => part === '' || part === '..' || part === '.')) {
    throw new ZnnError('invalid-argument', `--revision: '${wanted}' is not the name of a revision`);
  }
  const commit = readRef(path.join(repositoryPath, 'refs', wanted));
  if (commit !== undefined) return commit;
  // Downloaded by its commit only, a model has no ref; one snapshot alone leaves no doubt.
  const commits = namesIn(path.join(repositoryPath, 'snapshots')).filter((name) => COMMIT.test(name));
  if (revision === undefined && commits.length === 1 && commits[0] !== undefined) return commits[0];
  throw unknownRevision(repositoryPath, wanted);
}

/** The commit in a ref's file. Whatever else is there is no ref. */
function readRef(refPath: string): string | undefined {
  if (system.statSync(refPath, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const text = new TextDecoder().decode(readStart(refPath, 64)).trim();
  return COMMIT.test(text) ? text : undefined;
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

function unknownRevision(repositoryPath: string, revision: string): ZnnError {
  const refs = refsBelow(path.join(repositoryPath, 'refs'), '');
  const commits = namesIn(path.join(repositoryPath, 'snapshots'));
  const known = [...refs, ...commits].slice(0, 8).join(', ');
  return new ZnnError('io', `Hub cache: it has no revision '${revision}' of this model; it has ${known}`, {
    file: repositoryPath,
  });
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

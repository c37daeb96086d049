import path from 'node:path';
import { toZnnError } from '../../errors.js';
import { describeKind } from '../../io/input-file.js';
import { absolutePathOf } from '../../io/paths/absolute-path.js';
import { system } from '../../io/system.js';
import { FolderWalk, isGlob } from '../folder/folder-walk.js';
import type { FileTask } from '../tasks.js';
import { brokenLinkReason } from './broken-links.js';

/** A path of the command line, after globs are expanded. */
export type NamedPath =
  | { readonly kind: 'file'; readonly path: string; readonly fileBytes: number }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'refused'; readonly path: string; readonly reason: string };

/** What one argument stands for. A path that exists is itself, even if it could be read as a glob. */
export function expandArgument(argument: string): NamedPath[] {
  const itself = lookAt(argument);
  if (itself.kind !== 'refused' || isThere(argument) || !isGlob(argument)) return [itself];
  const pattern = argument.replace(/^\.\//, '');
  const matches = new FolderWalk(absolutePathOf('.'), path.parse(absolutePathOf('.')).root).expand(pattern);
  if (matches.length > 0) return matches.map(lookAt);
  return [{ kind: 'refused', path: argument, reason: 'no file matches this pattern' }];
}

/** Whether the argument can only be read as a pattern for several paths. */
export function isPattern(argument: string): boolean {
  return !isThere(argument) && isGlob(argument);
}

/** What a path leads to, through links. */
export function lookAt(anyPath: string): NamedPath {
  try {
    const stats = system.statSync(anyPath);
    if (stats.isDirectory()) return { kind: 'folder', path: anyPath };
    if (stats.isFile()) return { kind: 'file', path: anyPath, fileBytes: stats.size };
    return { kind: 'refused', path: anyPath, reason: `is ${describeKind(stats)}, not a regular file` };
  } catch (error) {
    const reason = brokenLinkReason(anyPath, error) ?? toZnnError(error).message;
    return { kind: 'refused', path: anyPath, reason };
  }
}

/** The task of a path that cannot be used. */
export function refusal(found: NamedPath): FileTask {
  const reason = found.kind === 'refused' ? found.reason : 'is not a regular file';
  return { action: 'refuse', sourcePath: found.path, sourceBytes: 0, reason };
}

/** Whether it was there when the folder was read, and another run has removed it since. */
export function isGone(filePath: string): boolean {
  try {
    return system.lstatSync(filePath, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

function isThere(anyPath: string): boolean {
  try {
    system.lstatSync(anyPath);
    return true;
  } catch {
    return false;
  }
}

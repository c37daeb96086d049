import path from 'node:path';
import { ZnnError } from '../../errors.js';
import type { DiscoverRequest, Discovery } from '../discovery.js';
import type { FileTask } from '../tasks.js';
import { brokenLinkAt } from './broken-links.js';
import { lookAt } from './named-paths.js';

type TaskBase = Pick<FileTask, 'basePath' | 'missingBasePath'>;

/** The base of a file that was named: the base itself or, in a folder, the file of the original's name.
 * @throws ZnnError `invalid-argument` when it is not there */
export function baseOfFile(originalPath: string, { request }: Discovery): TaskBase {
  const { basePath } = request;
  if (basePath === undefined) return {};
  const base = lookAt(basePath);
  if (base.kind === 'file') return { basePath };
  const inFolder = path.join(basePath, path.basename(originalPath));
  if (base.kind === 'folder' && lookAt(inFolder).kind === 'file') return { basePath: inFolder };
  throw notThere(base.kind === 'folder' ? inFolder : basePath);
}

/** The base of a file in a folder, by the original's path relative to it; where it should be if the base's folder has no such file.
 * @throws ZnnError `invalid-argument` when the base is no folder */
export function baseInFolder(originalPath: string, { basePath }: DiscoverRequest): TaskBase {
  if (basePath === undefined) return {};
  if (lookAt(basePath).kind !== 'folder') {
    throw new ZnnError('invalid-argument', '--base: the base of a folder is a folder, and this is none', {
      file: basePath,
    });
  }
  const inFolder = path.join(basePath, originalPath);
  return lookAt(inFolder).kind === 'file' ? { basePath: inFolder } : { missingBasePath: inFolder };
}

function notThere(basePath: string): ZnnError {
  const reason = brokenLinkAt(basePath) ?? 'there is no such file';
  return new ZnnError('invalid-argument', `--base: ${reason}`, { file: basePath });
}

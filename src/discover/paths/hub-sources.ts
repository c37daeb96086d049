import path from 'node:path';
import { ZnnError } from '../../errors.js';
import { hubCachePaths, inRepository, type Machine } from '../../hub/cache-paths.js';
import { realPathOf } from '../../io/paths/real-paths.js';
import type { TaskGroup } from '../tasks.js';
import { lookAt } from './named-paths.js';

/** Checks that no folder that was named is the cache of a model, or holds such, but for one snapshot of it: there every file is
 * twice, as a blob without a name and as what leads to it.
 * @throws ZnnError `invalid-argument` that names the model */
export function assertNoRepositories(groups: readonly TaskGroup[], machine: Machine): void {
  for (const { rootPath, isFolder, tasks } of groups) {
    if (!isFolder || tasks.every(({ targetPath }) => targetPath === undefined)) continue;
    const itself = [path.resolve(rootPath), realPathOf(rootPath)].map(inRepository).find(isRepository);
    if (itself !== undefined) throw refused(rootPath, 'is', [itself.repositoryPath], machine);
    const repositories = tasks
      .filter(({ targetPath }) => targetPath !== undefined)
      .map(({ sourcePath }) => inRepository(path.resolve(sourcePath))?.repositoryPath)
      .filter((found) => found !== undefined && found.length > path.resolve(rootPath).length);
    if (repositories.length > 0)
      throw refused(rootPath, 'holds', [...new Set(repositories)] as string[], machine);
  }
}

/** Whether the path leads to a repository, or to all of its snapshots or blobs. */
function isRepository(found: ReturnType<typeof inRepository>): boolean {
  if (found === undefined || found.parts.length > 1) return false;
  const hasPart = (name: string) => lookAt(path.join(found.repositoryPath, name)).kind === 'folder';
  return hasPart('snapshots') || hasPart('blobs');
}

function refused(
  folderPath: string,
  verb: 'is' | 'holds',
  [repositoryPath = '', ...others]: readonly string[],
  machine: Machine,
): ZnnError {
  const [kind = '', ...names] = path.basename(repositoryPath).split('--');
  const noun = `${kind.slice(0, -1)} ${names.join('/')}`;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const [usualPath = ''] = hubCachePaths(machine);
  const cachePath = path.dirname(repositoryPath);
  const isUsual = realPathOf(usualPath) === realPathOf(cachePath);
  const advice =
    kind === 'models'
      ? `say --model ${names.join('/')}${isUsual ? '' : ` with HF_HUB_CACHE=${cachePath}`} in its place, and --revision for another than main`
      : `name one of its snapshots: ${path.join(repositoryPath, 'snapshots')}${path.sep}REVISION`;
  return new ZnnError(
    'invalid-argument',
    `${verb} the Hugging Face cache of the ${noun}${more}, where every file is twice, as a blob and in a snapshot; ${advice}`,
    { file: folderPath },
  );
}

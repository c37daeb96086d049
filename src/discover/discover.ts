import path from 'node:path';
import { toZnnError, ZnnError } from '../errors.js';
import { absolutePathOf } from '../io/paths/absolute-path.js';
import type { DiscoverRequest, Discovery } from './discovery.js';
import { planFile } from './file-tasks.js';
import { planFolder } from './folder/folder-tasks.js';
import { lfsNotes } from './folder/lfs-notes.js';
import { assertNoRepositories } from './paths/hub-sources.js';
import { expandArgument, isPattern, type NamedPath, refusal } from './paths/named-paths.js';
import { placeOutputs } from './paths/output-paths.js';
import { assertBases, assertTargets, caseCollisionNotes } from './paths/target-checks.js';
import { assertExpanded, isUnexpanded } from './paths/unexpanded-paths.js';
import type { FileTask, RunPlan, TaskGroup } from './tasks.js';

/** Paths of the command line → which files, and what becomes of each. Reads names and sizes, no contents but of `.gitattributes`.
 * A path that cannot be used becomes a `refuse` task, so that the others go on.
 * @throws ZnnError `invalid-argument` when the request as a whole makes no sense: a path that the shell should have expanded, an
 * output inside its source, two sources for one target, a run inside a Hugging Face cache, or over all of one */
export function discover(request: DiscoverRequest): RunPlan {
  assertAllExpanded(request);
  const named = request.paths.flatMap(expandArgument);
  const isOne = request.paths.length === 1 && !request.paths.some(isPattern);
  const places = placeOutputs(named, request.outputPath, isOne);
  const notes: string[] = [];
  const groups = named.map((source, i) => {
    const place = places[i] ?? { kind: 'beside' };
    return planReadable(source, { request, place, notes });
  });
  if (request.lfs && named.every(({ kind }) => kind === 'file'))
    notes.push('--lfs has no effect: only folders get a .gitattributes');
  const distinct = withoutRepeats(groups);
  assertNoRepositories(distinct, request.machine);
  assertTargets(distinct, request.machine);
  assertBases(distinct, request.removeSources);
  return {
    verb: request.verb,
    groups: distinct,
    notes: [...notes, ...caseCollisionNotes(distinct), ...lfsNotes(distinct)],
  };
}

/** A source that is there may be called whatever it likes. */
function assertAllExpanded({ paths, outputPath, basePath, machine }: DiscoverRequest): void {
  if (outputPath !== undefined) assertExpanded('--output', outputPath, machine);
  if (basePath !== undefined) assertExpanded('--base', basePath, machine);
  for (const argument of paths.filter((each) => isUnexpanded(each, machine)))
    if (expandArgument(argument).every(({ kind }) => kind === 'refused'))
      assertExpanded('path', argument, machine);
}

/** What the system does not let us look at is refused, and the other paths go on. */
function planReadable(source: NamedPath, discovery: Discovery): TaskGroup {
  try {
    return planNamed(source, discovery);
  } catch (error) {
    if (error instanceof ZnnError) throw error;
    const task = refusal({ kind: 'refused', path: source.path, reason: toZnnError(error).message });
    return { rootPath: source.path, isFolder: false, targetFolders: [], tasks: [task] };
  }
}

function planNamed(source: NamedPath, discovery: Discovery): TaskGroup {
  if (source.kind === 'folder') return planFolder(source.path, discovery);
  const task = source.kind === 'file' ? planFile(source.path, source.fileBytes, discovery) : refusal(source);
  const targetFolders = task.targetPath === undefined ? [] : [{ path: path.dirname(task.targetPath) }];
  return { rootPath: source.path, isFolder: false, targetFolders, tasks: [task] };
}

/** A file that was named twice, or named and found in a folder, is done once. */
function withoutRepeats(groups: readonly TaskGroup[]): TaskGroup[] {
  const seen = new Set<string>();
  const isNew = ({ action, sourcePath, targetPath }: FileTask) => {
    const key = JSON.stringify([
      action,
      absolutePathOf(sourcePath),
      targetPath && absolutePathOf(targetPath),
    ]);
    return !seen.has(key) && seen.add(key);
  };
  return groups.map((group) => ({ ...group, tasks: group.tasks.filter(isNew) }));
}

// A run as plain data: which files, and what becomes of each, before anything is done.

export type Verb = 'compress' | 'decompress' | 'verify' | 'info';

/** `skip` is in order and `refuse` is not: a refused path counts as a failed file, and the others go on. */
export type TaskAction =
  | 'compress'
  | 'decompress'
  | 'verify'
  | 'describe'
  | 'copy'
  | 'rewrite-attributes'
  | 'rewrite-index'
  | 'skip'
  | 'refuse';

/** One file of a run and what becomes of it. */
export interface FileTask {
  readonly action: TaskAction;
  readonly sourcePath: string;
  /** Absent where nothing is written: `skip`, `refuse`, `verify` and `describe`. Equal to `sourcePath` for an index rewritten in place. */
  readonly targetPath?: string;
  readonly sourceBytes: number;
  /** What the file is compressed against, or needs if it is a delta file. */
  readonly basePath?: string;
  /** Where a base was looked for and is not: in the folder of bases, under the original's name. */
  readonly missingBasePath?: string;
  /** For `skip` and `refuse`: why, as a user would want to read it. */
  readonly reason?: string;
  /** Of a `copy` that no pattern of the user's asked for: a note says so if it seems to be weights, under a name that is not theirs or
   * not for the format. */
  readonly mayBeWeights?: 'by-name' | 'by-format';
  /** Of a `skip` that nobody asked for, and that a user must hear of: the output lacks it; or the run did not look into it. */
  readonly leftOut?: 'of-output' | 'of-run';
}

/** A task that writes a file. */
export type WritingTask = FileTask & { readonly targetPath: string };

/** A folder that a run needs, and makes where it is missing. */
export interface TargetFolder {
  readonly path: string;
  /** The folder that it stands for: one that the run makes gets its mode and owner. Absent: those of any new folder. */
  readonly likePath?: string;
}

/** What succeeds or fails as one: with `--rm` no source of a group is removed unless all its tasks succeeded. */
export interface TaskGroup {
  /** The path as the user named it. */
  readonly rootPath: string;
  readonly isFolder: boolean;
  /** Folders that must exist before the tasks run, empty ones too, parents first. */
  readonly targetFolders: readonly TargetFolder[];
  /** Weight files first, indexes last. */
  readonly tasks: readonly FileTask[];
}

export interface RunPlan {
  readonly verb: Verb;
  readonly groups: readonly TaskGroup[];
  /** Things the user should know, one line each. */
  readonly notes: readonly string[];
}

/** The tasks of all groups that write a file, in the order of the run. */
export function writingTasks(groups: readonly TaskGroup[]): WritingTask[] {
  return groups
    .flatMap(({ tasks }) => tasks)
    .filter((task): task is WritingTask => task.targetPath !== undefined);
}

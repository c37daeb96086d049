import type { OutputFormat } from '../format/model/file-names.js';
import type { Machine } from '../hub/cache-paths.js';
import type { OutputPlace } from './paths/output-paths.js';
import type { Verb } from './tasks.js';

/** What to look for, where, and where the results go; as the user said it. */
export interface DiscoverRequest {
  readonly verb: Verb;
  /** Files, folders and globs. */
  readonly paths: readonly string[];
  readonly outputPath?: string;
  /** Globs that replace the list of weight files in folders. */
  readonly include?: readonly string[];
  /** Globs of files and folders that stay as they are: with `outputPath` they are copied. */
  readonly exclude?: readonly string[];
  /** Globs of files and folders that do not exist for the run: they are not copied either. */
  readonly omit?: readonly string[];
  readonly removeSources: boolean;
  /** What compression makes of a file; `znn` if it is not said. */
  readonly format?: OutputFormat;
  /** Leave indexes as they are, and write one of the variant "znn" beside each. */
  readonly variant?: boolean;
  /** A file to compress against, or a folder of such under the names of the originals; on the way back what was used. */
  readonly basePath?: string;
  /** Give a folder a `.gitattributes` that has Git LFS track the outputs, even if it had none. */
  readonly lfs?: boolean;
  /** With `info`: indexes too. */
  readonly withIndexes?: boolean;
  readonly machine: Machine;
}

/** One named path on its way into the plan. */
export interface Discovery {
  readonly request: DiscoverRequest;
  readonly place: OutputPlace;
  /** Appended to. */
  readonly notes: string[];
}

/** Which files of a folder a run is about, relative to it. */
export interface Selection {
  /** To compress, decompress, verify or describe. */
  readonly chosen: ReadonlySet<string>;
  /** What stays as it is, weights and indexes too: with `-o` it is copied. */
  readonly excluded: ReadonlySet<string>;
  /** What does not exist for the run: it is not copied either. */
  readonly omitted: ReadonlySet<string>;
}

/** A folder on its way into the plan. */
export interface FolderContext {
  readonly folderPath: string;
  /** Absent: outputs go beside their sources. */
  readonly targetRoot: string | undefined;
  readonly selection: Selection;
  /** Relative paths of all files but those that are omitted. */
  readonly files: ReadonlySet<string>;
  readonly request: DiscoverRequest;
}

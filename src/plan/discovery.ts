import type { Machine } from './hub-cache.js';
import type { OutputPlace } from './output-paths.js';
import type { OutputFormat, Verb } from './types.js';

/** What to look for, where, and where the results go; as the user said it. */
export interface DiscoverRequest {
  readonly verb: Verb;
  /** Files, folders and globs. */
  readonly paths: readonly string[];
  readonly outputPath?: string;
  /** Globs that replace the list of weight files in folders. */
  readonly include?: readonly string[];
  /** Globs that take from it. */
  readonly exclude?: readonly string[];
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

/** A folder on its way into the plan. */
export interface FolderContext {
  readonly folderPath: string;
  /** Absent: outputs go beside their sources. */
  readonly targetRoot: string | undefined;
  /** Relative paths of the files to compress, decompress, verify or describe. */
  readonly chosen: ReadonlySet<string>;
  /** Of all files. */
  readonly files: ReadonlySet<string>;
  readonly request: DiscoverRequest;
}

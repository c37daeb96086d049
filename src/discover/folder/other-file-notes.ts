import path from 'node:path';
import { isCompressedName, isIndexName, isWeightName, plainNameOf } from '../../format/model/file-names.js';
import type { FolderContext } from '../discovery.js';
import { lookAt } from '../paths/named-paths.js';

/** Files of a folder that are no weights by their names, and that whoever looks for weights should know of. */
interface OtherKind {
  /** Of one, and of several. */
  readonly is: string;
  readonly are: string;
  readonly advice: string;
  isOne(relativePath: string, folder: FolderContext): boolean;
}

/** Browsers, download managers and huggingface_hub name what they have not finished so. */
const UNFINISHED = /\.(incomplete|partial|crdownload|opdownload|filepart|aria2|!qb|!ut|bc!)$/i;
/** These names are used for other things too: the rest of the name or the size must speak for weights. */
const PERHAPS_UNFINISHED = /\.(part|download|tmp|temp)$/i;
/** What a download manager keeps beside a file, which has its final name and length from the start. */
const CONTROL_FILE = /\.(aria2|st)$/i;
const PACKED = /\.(gz|zst|xz|bz2|lz4|lzma|lz|br|zip|7z|rar|tar|tgz|tzst|txz|tbz2?)$/i;
/** What huggingface_hub leaves in the target of a download. */
const HUB_RECORD = /(^|\/)\.cache\/huggingface\/.*(\.(lock|metadata)|\/(\.gitignore|CACHEDIR\.TAG))$/;

/** Of less nothing would be gained. */
const LARGE_BYTES = 1 << 20;

/** The first that applies is what a file is. */
const KINDS: readonly OtherKind[] = [
  {
    is: 'says that the file beside it is no finished download',
    are: 'say that the files beside them are no finished downloads',
    advice: 'finish the download, or get the model again',
    isOne: (file, { files }) => CONTROL_FILE.test(file) && files.has(file.replace(CONTROL_FILE, '')),
  },
  {
    is: 'is an unfinished download',
    are: 'are unfinished downloads',
    advice: 'finish and run again, or remove',
    isOne: (file, folder) =>
      UNFINISHED.test(file) ||
      (PERHAPS_UNFINISHED.test(file) && mayBeModel(file.replace(PERHAPS_UNFINISHED, ''), file, folder)),
  },
  {
    is: 'is an archive',
    are: 'are archives',
    advice: 'unpack first to have weights compressed',
    isOne: (file, folder) => PACKED.test(file) && mayBeModel(withoutPacking(file), file, folder),
  },
  {
    is: 'is what huggingface_hub notes of a download',
    are: 'are what huggingface_hub notes of a download',
    advice: 'no model needs that',
    isOne: (file) => HUB_RECORD.test(file),
  },
];

/** A note for each kind of other files in a folder. */
export function otherFileNotes(folder: FolderContext): string[] {
  const { folderPath, targetRoot, selection, files, request } = folder;
  const found = new Map<OtherKind, string[]>();
  for (const file of files) {
    const isKnown = selection.chosen.has(file) || selection.excluded.has(file);
    const kind = isKnown ? undefined : KINDS.find(({ isOne }) => isOne(file, folder));
    if (kind === undefined) continue;
    const others = found.get(kind);
    if (others === undefined) found.set(kind, [file]);
    else others.push(file);
  }
  const isRun = request.verb === 'compress' || request.verb === 'decompress';
  return [...found].map(([{ is, are, advice }, [first = '', ...more]]) => {
    const filePath = path.join(folderPath, first);
    const isAlone = more.length === 0;
    const claim = isAlone ? is : `and ${more.length} more ${are}`;
    const becomes = `${targetRoot !== undefined ? 'copied' : 'left'} as ${isAlone ? 'it is' : 'they are'}; `;
    return `${filePath} ${claim}: ${isRun ? becomes : ''}${advice}`;
  });
}

/** Whether the name alone says that the file is one of these. */
export function isNotedName(relativePath: string): boolean {
  return [UNFINISHED, PERHAPS_UNFINISHED, PACKED, HUB_RECORD].some((pattern) => pattern.test(relativePath));
}

function withoutPacking(file: string): string {
  const inner = file.replace(PACKED, '');
  return inner === file ? file : withoutPacking(inner);
}

function mayBeModel(innerName: string, relativePath: string, { folderPath }: FolderContext): boolean {
  if (isWeightName(plainNameOf(innerName)) || isCompressedName(innerName) || isIndexName(innerName))
    return true;
  const found = lookAt(path.join(folderPath, relativePath));
  return found.kind === 'file' && found.fileBytes >= LARGE_BYTES;
}

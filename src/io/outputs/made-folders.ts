import { constants } from 'node:fs';
import { makeFolder } from '../paths/folders.js';
import { type ExactFileStats, system } from '../system.js';
import { copyOwnerAndMode } from './owner-and-mode.js';
import { type Refusal, tried } from './refusals.js';

/** Rights, setgid and sticky bit. */
const KEPT_BITS = 0o3777;
const SETGID_BIT = 0o2000;
/** What the run itself needs in order to fill a folder. */
const FILLING_BITS = 0o700;
const PRIVATE_MODE = 0o700;
/** Never through a link: in a folder of somebody else's the name may lead anywhere by now, and root would give that away. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** A folder that this run made after another one, and still has to fill. */
export interface MadeFolder {
  readonly path: string;
  readonly like: ExactFileStats;
  /** The setgid bit that the place where the run makes its folders hands down, so that what is there belongs to one group. */
  readonly inheritedBits: number;
}

/** Creates a folder and its missing parents. It is private until it has the owner and mode of the folder at `likePath`, and then
 * its owner may write to it even where that folder's may not, until `finishFolder`.
 * @param parent the folder that it is in, if the run made that too
 * @returns nothing to finish where the folder was there, which then stays as it is; and what the file system refused
 * @throws ZnnError `io` */
export async function makeFolderLike(
  folderPath: string,
  likePath: string,
  isDurable: boolean,
  parent?: MadeFolder,
): Promise<{ readonly made?: MadeFolder; readonly refusals: readonly Refusal[] }> {
  if (!(await makeFolder(folderPath, isDurable, PRIVATE_MODE))) return { refusals: [] };
  let made: MadeFolder | undefined;
  const refusals = tried('mode', folderPath, () => {
    const like = system.statSync(likePath, { bigint: true });
    const inheritedBits = parent?.inheritedBits ?? system.statSync(folderPath).mode & SETGID_BIT;
    made = { path: folderPath, like, inheritedBits };
  });
  return made === undefined ? { refusals } : { made, refusals: dress(made, FILLING_BITS) };
}

/** Gives a folder that is filled the very mode of the one that it was made after.
 * @returns what the file system refused */
export function finishFolder(made: MadeFolder): readonly Refusal[] {
  const isFinished = (Number(made.like.mode) & FILLING_BITS) === FILLING_BITS;
  return isFinished ? [] : dress(made, 0);
}

function dress(made: MadeFolder, addedBits: number): readonly Refusal[] {
  const { path, like, inheritedBits } = made;
  let fd: number | undefined;
  const refusals: Refusal[] = [];
  const openRefusals = tried('mode', path, () => {
    fd = system.openSync(path, OPEN_FLAGS);
    const modeFor = (likeMode: number) => (likeMode & KEPT_BITS) | inheritedBits | addedBits;
    refusals.push(...copyOwnerAndMode({ path, fd }, like, modeFor));
  });
  if (fd !== undefined) system.closeSync(fd);
  return [...refusals, ...openRefusals];
}

import { geteuid } from 'node:process';
import { type ExactFileStats, system } from '../system.js';
import { type Refusal, tried } from './refusals.js';

/** A new file or folder, open, so that it is this one whatever becomes of its name. */
export interface NewEntry {
  readonly path: string;
  readonly fd: number;
}

const ALL_BITS = 0o7777;
const GROUP_BITS = 0o070;
const OTHER_BITS = 0o007;

/** Gives a new file or folder the owner of `like` and then its mode, so that no mode is ever the wrong owner's.
 * @param modeFor its mode, by that of `like`
 * @returns what the file system refused */
export function copyOwnerAndMode(
  entry: NewEntry,
  like: ExactFileStats,
  modeFor: (likeMode: number) => number,
): readonly Refusal[] {
  let ownerRefusals: readonly Refusal[] = [];
  const modeRefusals = tried('mode', entry.path, () => {
    const own = system.fstatSync(entry.fd, { bigint: true });
    const owner = copyOwner(entry, like, own);
    ownerRefusals = owner.refusals;
    const likeMode = owner.hasGroup ? Number(like.mode) : withoutGroup(Number(like.mode));
    const mode = modeFor(likeMode);
    if (mode !== (Number(own.mode) & ALL_BITS)) system.fchmodSync(entry.fd, mode);
  });
  return [...ownerRefusals, ...modeRefusals];
}

/** Sets user and group or, as only root may give files away, the group alone. */
function copyOwner(
  entry: NewEntry,
  like: ExactFileStats,
  own: ExactFileStats,
): { readonly hasGroup: boolean; readonly refusals: readonly Refusal[] } {
  if (like.uid === own.uid && like.gid === own.gid) return { hasGroup: true, refusals: [] };
  const groupId = Number(like.gid);
  const refusals = tried('owner', entry.path, () => system.fchownSync(entry.fd, Number(like.uid), groupId));
  if (refusals.length === 0) return { hasGroup: true, refusals };
  const hasGroup =
    like.gid === own.gid ||
    tried('owner', entry.path, () => system.fchownSync(entry.fd, Number(own.uid), groupId)).length === 0;
  return { hasGroup, refusals: geteuid?.() === 0 ? refusals : [] };
}

/** The mode where the group is another one. What only the source's group may, this one must not; and that group's members
 * are among the others now, who must not do what they might not. So xz has it. */
function withoutGroup(mode: number): number {
  const both = ((mode & GROUP_BITS) >> 3) & mode & OTHER_BITS;
  return (mode & ~(GROUP_BITS | OTHER_BITS)) | (both << 3) | both;
}

import { ZnnError } from '../../errors.js';

/** Checks that a name from an index is a relative path that stays in the index's folder, on every system.
 * @throws ZnnError `corrupt`. */
export function checkShardName(name: string): void {
  const fault = faultOf(name);
  if (fault !== undefined) {
    throw new ZnnError('corrupt', `model index: shard name ${JSON.stringify(name)} ${fault}`);
  }
}

/** Checks that no two of the names are one file where case, or the Unicode form of an accent, makes no difference.
 * @throws ZnnError `corrupt`. */
export function checkNoCollision(names: Iterable<string>): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const folded = name.normalize('NFC').toLowerCase();
    const other = seen.get(folded);
    if (other !== undefined && other !== name) {
      const pair = `${JSON.stringify(other)} and ${JSON.stringify(name)}`;
      throw new ZnnError('corrupt', `model index: shard names ${pair} differ only by case`);
    }
    seen.set(folded, name);
  }
}

function faultOf(name: string): string | undefined {
  // Windows takes a backslash for a slash, and a colon for a drive or a stream within a file.
  if (name.includes('\\')) return 'has a backslash';
  if (name.includes(':')) return 'has a colon';
  if ([...name].some((character) => character < ' ')) return 'has a control character';
  if (name.startsWith('/')) return 'is absolute';
  for (const segment of name.split('/')) {
    if (segment === '') return 'is empty or has an empty part';
    // Windows drops dots and spaces at the end, so that "...": would climb as ".." does.
    if (/[. ]$/.test(segment))
      return segment === '..' ? 'leaves the folder' : 'has a part that ends in "." or " "';
  }
  return undefined;
}

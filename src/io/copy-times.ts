import { distanceOf, secondsNear, wholeMicroseconds } from './file-times.js';
import { type Refusal, tried } from './refusals.js';
import { type ExactFileStats, system } from './system.js';

/** The coarsest times that file systems keep are FAT's, of even seconds. What is farther off was not taken. */
const COARSEST_NANOSECONDS = 2_000_000_000n;
/** What is nearer than this may have been rounded here, and not by the file system. */
const ROUNDED_HERE_NANOSECONDS = 10_000n;

/** Whose times are set and looked at: an open file, or one with a name. */
interface Timed {
  set(accessSeconds: string, modifiedSeconds: string): void;
  modifiedNs(): bigint;
}

/** Gives an open file the times of `like`, as far as it takes them: `confirmTimes` has the last word.
 * @returns the time of change that it has now; `undefined` where that is not known */
export function copyTimes(fd: number, like: ExactFileStats): bigint | undefined {
  try {
    return setTimes(like, {
      set: (access, modified) => system.futimesSync(fd, access, modified),
      modifiedNs: () => system.fstatSync(fd, { bigint: true }).mtimeNs,
    });
  } catch {
    return undefined;
  }
}

/** Once the file is closed: some network file systems set its time when they write what they held back. Then it is set again,
 * as it is where that failed before.
 * @param keptNs what it was before
 * @returns what the file system refused: a time that it cannot hold becomes another one, without an error */
export function confirmTimes(
  filePath: string,
  like: ExactFileStats,
  keptNs: bigint | undefined,
): readonly Refusal[] {
  return tried('times', filePath, () => {
    const modifiedNs = () => system.lstatSync(filePath, { bigint: true }).mtimeNs;
    let nowNs = modifiedNs();
    if (nowNs !== keptNs) {
      const set = (access: string, modified: string) => system.utimesSync(filePath, access, modified);
      nowNs = setTimes(like, { set, modifiedNs });
    }
    if (distanceOf(nowNs, like.mtimeNs) > COARSEST_NANOSECONDS)
      throw new Error(`${dateOf(like.mtimeNs)} becomes ${dateOf(nowNs)}`);
  });
}

/** Tries the doubles that may stand for the time until one gives it, or takes what comes nearest. */
function setTimes({ atimeNs, mtimeNs }: ExactFileStats, timed: Timed): bigint {
  const [accessed, modified] = [secondsNear(atimeNs), secondsNear(mtimeNs)];
  const set = (attempt: number) => {
    timed.set(accessed[attempt] ?? accessed[0], modified[attempt] ?? modified[0]);
    return timed.modifiedNs();
  };
  let best = { attempt: 0, gotNs: set(0) };
  const distanceNow = (gotNs: bigint) => distanceOf(gotNs, wholeMicroseconds(mtimeNs) * 1000n);
  const isExact = (gotNs: bigint) => wholeMicroseconds(gotNs) === wholeMicroseconds(mtimeNs);
  for (let attempt = 1; attempt < modified.length && !isExact(best.gotNs); attempt++) {
    if (distanceNow(best.gotNs) > ROUNDED_HERE_NANOSECONDS) break;
    const gotNs = set(attempt);
    if (distanceNow(gotNs) < distanceNow(best.gotNs)) best = { attempt, gotNs };
    else set(best.attempt);
  }
  return best.gotNs;
}

function dateOf(nanoseconds: bigint): string {
  const date = new Date(Number(nanoseconds / 1_000_000n));
  return Number.isNaN(date.getTime()) ? `${nanoseconds / 1_000_000_000n} s` : date.toISOString();
}

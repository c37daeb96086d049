import { type ExactFileStats, system } from '../system.js';
import { distanceOf, secondsNear, wholeMicroseconds } from './file-times.js';
import { type Refusal, tried } from './refusals.js';

/** The coarsest times that file systems keep are FAT's, of even seconds. What is farther off was not taken. */
const COARSEST_NANOSECONDS = 2_000_000_000n;
/** What is nearer than this may have been rounded here, and not by the file system. */
const ROUNDED_HERE_NANOSECONDS = 10_000n;

/** Gives a file that is written and closed the times of `like`. Not sooner: some network file systems set the time when they write
 * what they held back, and a file that looks old may be taken for one that a run left behind.
 * @returns what the file system refused: a time that it cannot hold becomes another one, without an error */
export function copyTimes(filePath: string, like: ExactFileStats): readonly Refusal[] {
  return tried('times', filePath, () => {
    const gotNs = setTimes(filePath, like);
    if (distanceOf(gotNs, like.mtimeNs) > COARSEST_NANOSECONDS)
      throw new Error(`${dateOf(like.mtimeNs)} becomes ${dateOf(gotNs)}`);
  });
}

/** Tries the doubles that may stand for the time until one gives it, or takes what comes nearest.
 * @returns what the file has now */
function setTimes(filePath: string, { atimeNs, mtimeNs }: ExactFileStats): bigint {
  const [accessed, modified] = [secondsNear(atimeNs), secondsNear(mtimeNs)];
  const set = (attempt: number) => {
    // Never through a link: in a folder of somebody else's the name may lead anywhere by now.
    system.lutimesSync(filePath, accessed[attempt] ?? accessed[0], modified[attempt] ?? modified[0]);
    return system.lstatSync(filePath, { bigint: true }).mtimeNs;
  };
  const distanceNow = (gotNs: bigint) => distanceOf(gotNs, wholeMicroseconds(mtimeNs) * 1000n);
  const isExact = (gotNs: bigint) => wholeMicroseconds(gotNs) === wholeMicroseconds(mtimeNs);
  let best = { attempt: 0, gotNs: set(0) };
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

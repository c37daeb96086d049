import type { RunPlan } from '../../discover/tasks.js';
import { ZnnError } from '../../errors.js';
import { obstacleToWriting } from '../../io/paths/writable.js';
import type { RestorePlans } from '../inputs/decode-plans.js';
import type { RunOptions } from '../types.js';
import { leastOutputBytes, mostOutputBytes } from './output-sizes.js';
import { type SpaceNeed, type SpaceOptions, spaceNeeds } from './space-needs.js';

const ELSEWHERE = 'write elsewhere with -o';

/** Compares what a run will write with what is free on each file system that it writes to. Where that may not be enough
 * the observer gets a note.
 * @param takesPlaces whether the command has `-o` and `--rm=each`, to be advised
 * @throws ZnnError `io` where it cannot be enough, or nothing can be written at all, before anything is written */
export function checkSpace(
  plan: RunPlan,
  options: RunOptions,
  restorePlans: RestorePlans,
  takesPlaces = true,
): void {
  if (options.spaceCheck === false) return;
  const context = { restorePlans, limits: options.limits };
  const tight = spaceNeeds(plan, options, (task) => mostOutputBytes(task, context)).filter(isShort);
  if (tight.length === 0) return;
  const leastNeeds = (space: SpaceOptions) =>
    spaceNeeds(plan, space, (task) => leastOutputBytes(task, context));
  const trying = '--no-space-check tries all the same';
  assertFits(
    leastNeeds(options),
    () => [...(takesPlaces ? rmEachAdvice(options, leastNeeds) : []), trying],
    takesPlaces,
  );
  // Where nothing can be written the run says so, file by file.
  for (const { folderPath, peakBytes, freeBytes } of tight.filter(isWritable))
    options.observer?.onNote?.(
      `${folderPath}: free space may run out: up to ${bytes(peakBytes)} are needed, ${bytes(freeBytes)} are free`,
    );
}

/** @param moreAdvice what else would help
 * @throws ZnnError `io` where less is free than the needs say, or nothing can be written */
export function assertFits(
  needs: readonly SpaceNeed[],
  moreAdvice: () => readonly string[] = () => [],
  takesPlaces = true,
): void {
  const lacking = needs.find(isShort);
  if (lacking === undefined) return;
  const place = { file: lacking.folderPath };
  const obstacle = obstacleToWriting(lacking.folderPath);
  if (obstacle !== undefined)
    throw new ZnnError(
      'io',
      `nothing can be written here: ${obstacle}${takesPlaces ? `; ${ELSEWHERE}` : ''}`,
      place,
    );
  const message = `free space: the outputs take ${bytes(lacking.peakBytes)} or more, ${bytes(lacking.freeBytes)} are free`;
  const advice = [`make room${takesPlaces ? ` or ${ELSEWHERE}` : ''}`, moreAdvice().join(', ')];
  throw new ZnnError('io', [message, ...advice].filter(Boolean).join('; '), place);
}

function isWritable({ folderPath }: SpaceNeed): boolean {
  return obstacleToWriting(folderPath) === undefined;
}

function isShort({ peakBytes, freeBytes }: SpaceNeed): boolean {
  return peakBytes > freeBytes;
}

/** `--rm=each` helps where the sources are on the disk that is short, and are more than one. */
function rmEachAdvice(options: RunOptions, leastNeeds: (space: SpaceOptions) => SpaceNeed[]): string[] {
  const each = { ...options, removeSources: true, removeEach: true };
  const helps = !options.removeEach && !leastNeeds(each).some(isShort);
  return helps ? ['--rm=each removes each source before the next file'] : [];
}

function bytes(count: number): string {
  return `${Math.ceil(count).toLocaleString('en-US')} bytes`;
}

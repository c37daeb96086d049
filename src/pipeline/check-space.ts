import { ZnnError } from '../errors.js';
import type { RunPlan } from '../plan/types.js';
import { leastOutputBytes, mostOutputBytes } from './output-sizes.js';
import type { RestorePlans } from './restore-plans.js';
import { type SpaceNeed, spaceNeeds } from './space-needs.js';
import type { RunOptions } from './types.js';

export const MAKE_ROOM = 'make room or write elsewhere with -o';

/** Compares what a run will write with what is free on each file system that it writes to. Where that may not be enough
 * the observer gets a note.
 * @throws ZnnError `io` where it cannot be enough, before anything is written */
export function checkSpace(plan: RunPlan, options: RunOptions, restorePlans: RestorePlans): void {
  if (options.spaceCheck === false) return;
  const context = { restorePlans, limits: options.limits };
  const tight = spaceNeeds(plan, options, (task) => mostOutputBytes(task, context)).filter(isShort);
  if (tight.length === 0) return;
  assertFits(
    spaceNeeds(plan, options, (task) => leastOutputBytes(task, context)),
    adviceFor(options),
  );
  for (const { folderPath, peakBytes, freeBytes } of tight)
    options.observer?.onNote?.(
      `${folderPath}: free space may run out: up to ${bytes(peakBytes)} are needed, ${bytes(freeBytes)} are free`,
    );
}

/** @throws ZnnError `io` where less is free than the needs say */
export function assertFits(needs: readonly SpaceNeed[], advice: string): void {
  const lacking = needs.find(isShort);
  if (lacking === undefined) return;
  const message = `free space: the outputs take ${bytes(lacking.peakBytes)} or more, ${bytes(lacking.freeBytes)} are free`;
  throw new ZnnError('io', `${message}; ${advice}`, { file: lacking.folderPath });
}

function isShort({ peakBytes, freeBytes }: SpaceNeed): boolean {
  return peakBytes > freeBytes;
}

function adviceFor({ removeEach }: RunOptions): string {
  const each = removeEach ? '' : '--rm=each removes each source before the next file, ';
  return `${MAKE_ROOM}; ${each}--no-space-check tries all the same`;
}

function bytes(count: number): string {
  return `${Math.ceil(count).toLocaleString('en-US')} bytes`;
}

// Files that exist in memory only, for the parts of the product that read and write descriptors.

import { system } from '../../src/io/system.js';

/** No system gives out descriptors so high. */
const FIRST_DESCRIPTOR = 1 << 24;
const files: Uint8Array[] = [];
const real = { ...system };

system.readSync = ((fd: number, view: Uint8Array, offset: number, length: number, position: number) => {
  const file = files[fd - FIRST_DESCRIPTOR];
  if (file === undefined) return real.readSync(fd, view, offset, length, position);
  const piece = file.subarray(position, position + length);
  view.set(piece, offset);
  return piece.length;
}) as typeof system.readSync;

system.writeSync = ((fd: number, view: Uint8Array, offset: number, length: number, position: number) => {
  const file = files[fd - FIRST_DESCRIPTOR];
  if (file === undefined) return real.writeSync(fd, view, offset, length, position);
  file.set(view.subarray(offset, offset + length), position);
  return length;
}) as typeof system.writeSync;

system.writevSync = ((fd: number, views: readonly Uint8Array[], position: number) => {
  const file = files[fd - FIRST_DESCRIPTOR];
  if (file === undefined) return real.writevSync(fd, views, position);
  let end = position;
  for (const view of views) {
    file.set(view, end);
    end += view.byteLength;
  }
  return end - position;
}) as typeof system.writevSync;

/** Runs `action` with descriptors of these files, which it may write to as far as they reach. */
export function withMemoryFiles<Value>(
  contents: readonly Uint8Array[],
  action: (...fds: number[]) => Value,
): Value {
  files.splice(0, files.length, ...contents);
  try {
    return action(...contents.map((_, index) => FIRST_DESCRIPTOR + index));
  } finally {
    files.length = 0;
  }
}

// Changes to the bytes of a good file.

/** A copy with `bytes` at `offset`. */
export function withBytes(file: Uint8Array, offset: number, bytes: readonly number[]): Uint8Array {
  const changed = file.slice();
  changed.set(bytes, offset);
  return changed;
}

/** Little-endian. */
export function u64(value: bigint): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value, true);
  return [...new Uint8Array(view.buffer)];
}

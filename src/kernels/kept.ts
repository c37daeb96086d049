// Vectors that a loop keeps in a register.
//
// V8 moves whatever is made of constants and parameters alone into the loop that uses it, and makes it anew in each round, in three
// instructions: a fourth of all in the loops over planes. What was loaded from memory stays outside.

const SLOT: usize = memory.data(16, 16);
/** Where the kernels' own memory ends: the only thing that they don't get an address for. */
export const KEPT_END: i32 = <i32>(SLOT + 16);

/** The same vector, made once. For the body of a kernel, before its loop. */
// @ts-ignore: decorator
@inline
export function kept(vector: v128): v128 {
  v128.store(SLOT, vector);
  return v128.load(SLOT);
}

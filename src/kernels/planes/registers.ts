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

// What the loops over planes work with.

/** Bit 7 of each byte. */
// @ts-ignore: decorator
@inline
export function keptSigns(): v128 {
  return kept(i8x16.splat(<i8>0x80));
}

/** The low byte of each 16 bits. */
// @ts-ignore: decorator
@inline
export function keptLow8(): v128 {
  return kept(i16x8.splat(0x00ff));
}

// @ts-ignore: decorator
@inline
export function keptZero(): v128 {
  return kept(i8x16.splat(0));
}

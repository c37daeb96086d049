// Node sets times as a double of seconds: steps of about 0.24 microseconds today, of 1.9 after 2242. libuv then keeps the
// nanoseconds of that double or, in older versions, cuts it to whole microseconds, towards zero: up for times before 1970.
// So there is more than one double that may give the microsecond of the original, and `copyTimes` looks at what came of it.

/** Two times this close are one time that was copied. */
export const TIME_TOLERANCE_NANOSECONDS = 1000n;

const FRACTION_BITS = 52;

/** Seconds, for `utimes`, that give back `nanoseconds` (from 1970, negative before) to the microsecond, or come nearest: the
 * first one that does so serves. As text: Node takes a negative number for now. */
export function secondsNear(nanoseconds: bigint): readonly [string, ...string[]] {
  const wanted = wholeMicroseconds(nanoseconds);
  // Rounded twice, so in another microsecond at times. In the middle of its own it is safe where doubles are dense; where they
  // are not, from 2106 on, it is a step or two away: until 2242 each microsecond holds one.
  let floored = Number(nanoseconds) / 1e9;
  if (microsecondsOf(floored) !== wanted) floored = Number(wanted * 10n + 5n) / 1e7;
  while (microsecondsOf(floored) < wanted) floored = neighbour(floored, 1n);
  while (microsecondsOf(floored) > wanted) floored = neighbour(floored, -1n);
  // In the microsecond before, away from both its ends: what is cut towards zero from there is the microsecond wanted.
  const below = Number(wanted * 10n - 3n) / 1e7;
  const others = [below, neighbour(floored, 1n), neighbour(floored, -1n)];
  return [String(floored), ...others.map(String)];
}

/** Whether `copy` is what remains of `original` after its time was copied. */
export function isSameTime(original: bigint, copy: bigint): boolean {
  return distanceOf(original, copy) <= TIME_TOLERANCE_NANOSECONDS;
}

export function distanceOf(one: bigint, other: bigint): bigint {
  return one > other ? one - other : other - one;
}

/** Rounded down, before 1970 too. */
export function wholeMicroseconds(nanoseconds: bigint): bigint {
  return (nanoseconds - (((nanoseconds % 1000n) + 1000n) % 1000n)) / 1000n;
}

// Exact: a rounded product could step over the microsecond that this is about.
function microsecondsOf(seconds: number): bigint {
  const whole = Math.floor(seconds);
  const fraction = BigInt(Math.floor((seconds - whole) * 2 ** FRACTION_BITS));
  return BigInt(whole) * 1_000_000n + ((fraction * 1_000_000n) >> BigInt(FRACTION_BITS));
}

// The bits of doubles count up from zero, away from it on both sides.
function neighbour(value: number, step: 1n | -1n): number {
  // Next to zero are numbers that are no time at all.
  if (value === 0) return Number(step) * Number.MIN_VALUE;
  const doubles = new Float64Array([value]);
  const bits = new BigInt64Array(doubles.buffer);
  bits[0] = (bits[0] ?? 0n) + (value < 0 ? -step : step);
  return doubles[0] ?? value;
}

// Node sets times as a double of seconds: steps of about 0.24 microseconds today. libuv then keeps the nanoseconds of
// that double or, in older versions, cuts it to whole microseconds. So the double is chosen to lie in the microsecond
// of the original: the copy is less than one away, and copying the copy changes nothing more.

/** Two times this close are one time that was copied. */
export const TIME_TOLERANCE_NANOSECONDS = 1000n;

const FRACTION_BITS = 52;

/** Seconds, for `utimes`, that give back `nanoseconds` (from 1970, negative before) to the microsecond. As text: Node takes a
 * negative number for now. */
export function secondsOf(nanoseconds: bigint): string {
  const wanted = floorDivide(nanoseconds, 1000n);
  // Rounded twice, so more than one step away at times; a microsecond holds two doubles or more until 2242.
  let seconds = Number(nanoseconds) / 1e9;
  while (microsecondsOf(seconds) < wanted) seconds = neighbour(seconds, 1n);
  while (microsecondsOf(seconds) > wanted) seconds = neighbour(seconds, -1n);
  return String(seconds);
}

/** Whether `copy` is what remains of `original` after its time was copied. */
export function isSameTime(original: bigint, copy: bigint): boolean {
  const distance = original > copy ? original - copy : copy - original;
  return distance <= TIME_TOLERANCE_NANOSECONDS;
}

// Exact: a rounded product could step over the microsecond that this is about.
function microsecondsOf(seconds: number): bigint {
  const whole = Math.floor(seconds);
  const fraction = BigInt(Math.floor((seconds - whole) * 2 ** FRACTION_BITS));
  return BigInt(whole) * 1_000_000n + ((fraction * 1_000_000n) >> BigInt(FRACTION_BITS));
}

// The bits of doubles count up from zero, away from it on both sides.
function neighbour(value: number, step: 1n | -1n): number {
  const doubles = new Float64Array([value]);
  const bits = new BigInt64Array(doubles.buffer);
  bits[0] = (bits[0] ?? 0n) + (value < 0 ? -step : step);
  return doubles[0] ?? value;
}

function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}

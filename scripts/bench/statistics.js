// What a row of samples says. Medians and the whole spread: means lie as soon as something else runs on the machine.

/** @typedef {{ count: number, median: number, min: number, max: number, lowerQuartile: number, upperQuartile: number }} Summary */

/** The sample at `fraction` (0 … 1) of the sorted samples, between two of them by linear interpolation.
 * @param {readonly number[]} samples at least one @param {number} fraction */
export function quantileOf(samples, fraction) {
  if (samples.length === 0) throw new RangeError('no samples');
  const sorted = [...samples].sort((a, b) => a - b);
  const position = (sorted.length - 1) * fraction;
  const below = Math.floor(position);
  const lower = /** @type {number} */ (sorted[below]);
  const upper = sorted[below + 1] ?? lower;
  return lower + (upper - lower) * (position - below);
}

/** @param {readonly number[]} samples at least one */
export const medianOf = (samples) => quantileOf(samples, 0.5);

/** @param {readonly number[]} samples at least one @returns {Summary} */
export function summarize(samples) {
  return {
    count: samples.length,
    median: medianOf(samples),
    min: quantileOf(samples, 0),
    max: quantileOf(samples, 1),
    lowerQuartile: quantileOf(samples, 0.25),
    upperQuartile: quantileOf(samples, 0.75),
  };
}

/** Median of the ratios of each round: what ran side by side is compared, so a machine that slows down for a while slows
 * both. @param {readonly number[]} mine @param {readonly number[]} theirs of the same rounds */
export function pairedRatioOf(mine, theirs) {
  if (mine.length !== theirs.length) throw new RangeError(`${mine.length} samples against ${theirs.length}`);
  return medianOf(mine.map((sample, round) => sample / /** @type {number} */ (theirs[round])));
}

/** Half the distance between the quartiles, in per cent of the median. @param {Summary} summary */
export function spreadPercentOf({ median, lowerQuartile, upperQuartile }) {
  return median === 0 ? 0 : (50 * (upperQuartile - lowerQuartile)) / median;
}

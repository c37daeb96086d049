// Times kernels, one version or two. Two take turns within one process, a few milliseconds each, and are compared round by
// round: on a machine that others use too, no other comparison can be trusted.
import { Bench } from 'tinybench';
import { pairedRatioOf, quantileOf } from './statistics.js';

/** Long against the timer's resolution and a call from JavaScript, short against what disturbs. */
const SAMPLE_SECONDS = 100e-6;
const ROUND_MILLISECONDS = 8;
const ROUND_MIN_SAMPLES = 5;
/** Disturbances only add time, so the quick samples of a round tell most. */
const ROUND_QUANTILE = 0.25;

/** @typedef {() => unknown} Call */
/** @typedef {{ mine: number[], theirs: number[] }} Rounds seconds of one call, by round; `theirs` may be empty */

/** Calls that make up a sample. @param {Call} call */
export function batchOf(call) {
  for (let count = 1; ; count *= 2) {
    const start = performance.now();
    for (let i = 0; i < count; i++) call();
    const seconds = (performance.now() - start) / 1000;
    if (seconds >= SAMPLE_SECONDS || count >= 1 << 16) return count;
  }
}

/** Seconds of one call in one round. @param {Call} call @param {number} batch */
function measureRound(call, batch) {
  const bench = new Bench({
    time: ROUND_MILLISECONDS,
    iterations: ROUND_MIN_SAMPLES,
    warmup: false,
    retainSamples: true,
    throws: true,
  });
  bench.add('kernel', () => {
    for (let i = 0; i < batch; i++) call();
  });
  const [task] = bench.runSync();
  const result = task?.result;
  const samples = result && 'latency' in result ? result.latency.samples : undefined;
  if (samples === undefined) throw new Error('the timer gave no samples');
  return quantileOf(samples, ROUND_QUANTILE) / 1000 / batch;
}

/** Rounds of one call, or of two in turn; who is first changes from round to round.
 * @param {Call} mine @param {Call | undefined} theirs @param {number} roundCount @returns {Rounds} */
export function measureRounds(mine, theirs, roundCount) {
  const batch = batchOf(mine);
  /** @type {Rounds} */
  const rounds = { mine: [], theirs: [] };
  const turns = [() => rounds.mine.push(measureRound(mine, batch))];
  if (theirs !== undefined) turns.push(() => rounds.theirs.push(measureRound(theirs, batch)));
  for (let round = 0; round < roundCount; round++) {
    for (const turn of round % 2 === 0 ? turns : [...turns].reverse()) turn();
  }
  return rounds;
}

/** As `measureRounds`, and again where `theirs` looks faster by more than `limit`: what is slower stays slower.
 * @param {Call} mine @param {Call} theirs @param {number} roundCount @param {number} limit */
export function compareCalls(mine, theirs, roundCount, limit, repeats = 2) {
  const rounds = measureRounds(mine, theirs, roundCount);
  for (let repeat = 0; repeat < repeats && pairedRatioOf(rounds.mine, rounds.theirs) > limit; repeat++) {
    const more = measureRounds(mine, theirs, roundCount);
    rounds.mine.push(...more.mine);
    rounds.theirs.push(...more.theirs);
  }
  return rounds;
}

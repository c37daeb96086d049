// The goals, each as the figure of a report that it limits. A figure is undefined where the report lacks what it takes.
import { findMeasurement } from './report.js';

/** @typedef {import('./report.js').Report} Report */
/** @typedef {import('./report.js').Measurement} Measurement */
/**
 * @typedef {object} Goal
 * @property {string} label
 * @property {'at least' | 'at most'} sense
 * @property {number} limit
 * @property {number} [moonshot]
 * @property {'×' | 'MB' | '%'} unit
 * @property {(report: Report) => number | undefined} measure
 */
/** @typedef {Goal & { value: number | undefined, met: boolean | undefined }} GoalResult */

/** @param {Measurement | undefined} one @param {Measurement | undefined} other how many times longer one takes */
function timesLonger(one, other) {
  return one && other ? one.seconds.median / other.seconds.median : undefined;
}

/** @param {Measurement | undefined} one @param {Measurement | undefined} other the same by byte */
function timesLongerByByte(one, other) {
  const ratio = timesLonger(one, other);
  return ratio === undefined || !one || !other ? undefined : (ratio * other.rawBytes) / one.rawBytes;
}

/** Speed of one codec pass against the stock core's, one thread, checksum off.
 * @param {'encode' | 'decode'} operation @param {string} dataSet */
const againstCore = (operation, dataSet) => (/** @type {Report} */ report) => {
  const of = (/** @type {string} */ peer) =>
    findMeasurement(report, { section: 'codec', dataSet, operation, peer, threads: 1 });
  return timesLonger(of('stock'), of('znn'));
};

/** How many times longer `slower` takes than `faster`, file to file on 1 GiB of BF16.
 * @param {'compress' | 'decompress'} operation @param {string} slower @param {string} faster */
const fileToFile = (operation, slower, faster) => (/** @type {Report} */ report) => {
  const of = (/** @type {string} */ peer) =>
    findMeasurement(report, { section: 'files', dataSet: 'bf16', operation, peer });
  return timesLonger(of(slower), of(faster));
};

/** Percentage points of the original by which znn's file is larger than the peer's.
 * @param {string} dataSet @param {string} peer */
const pointsAbove = (dataSet, peer) => (/** @type {Report} */ report) => {
  const of = (/** @type {string} */ id) =>
    findMeasurement(report, { section: 'files', dataSet, operation: 'compress', peer: id });
  const [ours, theirs] = [of('znn'), of(peer)];
  if (ours?.encodedBytes === undefined || theirs?.encodedBytes === undefined) return undefined;
  return (100 * (ours.encodedBytes - theirs.encodedBytes)) / ours.rawBytes;
};

/** The largest memory of any run with one or two threads. @param {Report} report */
function peakMegabytes({ measurements }) {
  const peaks = measurements
    .filter(({ section, peer }) => section === 'threads' && ['znn-T1', 'znn-T2'].includes(peer))
    .map(({ peakBytes }) => peakBytes ?? 0);
  return peaks.length === 0 ? undefined : Math.max(...peaks) / 1e6;
}

/** Speed with two threads against one. @param {'encode' | 'decode'} operation */
const secondThread = (operation) => (/** @type {Report} */ report) => {
  const of = (/** @type {number} */ threads) =>
    findMeasurement(report, { section: 'codec', dataSet: 'bf16', operation, peer: 'znn', threads });
  const [one, two] = [of(1), of(2)];
  return timesLongerByByte(one, two);
};

/** Time by byte of the larger file against the smaller one's. @param {'compress' | 'decompress'} operation */
const largerFile = (operation) => (/** @type {Report} */ report) => {
  const runs = report.measurements
    .filter((row) => row.section === 'sizes' && row.peer === 'znn' && row.operation === operation)
    .sort((a, b) => a.rawBytes - b.rawBytes);
  return runs.length < 2 ? undefined : timesLongerByByte(runs.at(-1), runs[0]);
};

/** Time by byte of a case against another's.
 * @param {string} dataSet @param {string} baseline @param {'compress' | 'decompress'} operation */
const badCase = (dataSet, baseline, operation) => (/** @type {Report} */ report) => {
  const of = (/** @type {string} */ id) =>
    findMeasurement(report, { section: 'cases', dataSet: id, operation });
  return timesLongerByByte(of(dataSet), of(baseline));
};

/** Time of a start against that of `node -e 0`. @param {string} operation */
const againstNode = (operation) => (/** @type {Report} */ report) => {
  const of = (/** @type {string} */ peer, /** @type {string} */ what) =>
    findMeasurement(report, { section: 'start-up', peer, operation: /** @type {any} */ (what) });
  return timesLonger(of('znn', operation), of('node', 'start'));
};

const PASSES = /** @type {const} */ (['decode', 'encode']);
const VERBS = /** @type {const} */ (['decompress', 'compress']);

/** @type {readonly Goal[]} */
export const GOALS = [
  ...PASSES.flatMap((pass) => [
    ...[
      ['bf16', 'BF16'],
      ['f32', 'F32'],
      ['clean-f32-bf16', 'F32 from BF16'],
      ['clean-f32-f16', 'F32 from F16'],
    ].map(([id = '', label]) => codecGoal(pass, id, label, 1.6, 2)),
    ...[
      ['f16', 'F16'],
      ['f8', 'F8_E4M3'],
      ['int4', 'INT4 with scales'],
    ].map(([id = '', label]) => codecGoal(pass, id, label, 1.2, 1.6)),
  ]),
  ...VERBS.map((verb) => ({
    label: `znn ${verb}, BF16 file to file, against cp`,
    sense: /** @type {const} */ ('at most'),
    limit: verb === 'compress' ? 1.6 : 1.3,
    moonshot: verb === 'compress' ? 1.2 : 1,
    unit: /** @type {const} */ ('×'),
    measure: fileToFile(verb, 'znn', 'cp'),
  })),
  ...VERBS.map((verb) =>
    faster(
      `${verb}, against stock file to file, imports not counted`,
      verb === 'compress' ? 5 : 4,
      fileToFile(verb, 'stock-inner', 'znn'),
    ),
  ),
  ...VERBS.map((verb) =>
    faster(`${verb}, against zstd -3 -T0`, verb === 'compress' ? 6 : 3, fileToFile(verb, 'zstd-3', 'znn')),
  ),
  points('size of BF16, above that of zstd -3', 0, pointsAbove('bf16', 'zstd-3')),
  ...[
    ['bf16', 'BF16', 0.1],
    ['f16', 'F16', 0.1],
    ['f32', 'F32', 0.1],
    ['real-f32', 'all-MiniLM-L6-v2', 0.1],
    ['f8', 'F8_E4M3', 0],
    ['int4', 'INT4 with scales', 0],
    ['mixed', 'mixed dtypes', 0],
  ].map(([id, label, limit]) =>
    points(`size of ${label}, above stock's`, Number(limit), pointsAbove(String(id), 'stock')),
  ),
  {
    label: 'memory, 1 and 2 threads',
    sense: 'at most',
    limit: 160,
    moonshot: 120,
    unit: 'MB',
    measure: peakMegabytes,
  },
  ...PASSES.map((pass) => faster(`codec, ${pass}, 2 threads against 1`, 1.8, secondThread(pass))),
  ...VERBS.map((verb) => slower(`${verb}, time by byte of the largest file`, 1.1, largerFile(verb))),
  slower('znn --version, against node -e 0', 1.5, againstNode('start')),
  ...VERBS.map((verb) => slower(`${verb}, 1 MB, against node -e 0`, 3, againstNode(verb))),
  ...VERBS.flatMap((verb) => [
    ...['random', 'zeros', 'repeated', '256', 'f32-random', 'tiny-tensors'].map((id) =>
      slower(`${verb}, time by byte of ${id}`, 2, badCase(`case-${id}`, 'case-bf16', verb)),
    ),
    slower(`${verb}, 100 shards against one file`, 1.2, badCase('case-shards', 'case-one-file', verb)),
  ]),
];

/** @param {'encode' | 'decode'} pass @param {string} id @param {string | undefined} label @param {number} limit
 * @param {number} moonshot @returns {Goal} */
function codecGoal(pass, id, label, limit, moonshot) {
  const name = `${pass}, one thread, ${label}, against the stock core`;
  return { label: name, sense: 'at least', limit, moonshot, unit: '×', measure: againstCore(pass, id) };
}

/** @param {string} label @param {number} limit @param {Goal['measure']} measure @returns {Goal} */
function faster(label, limit, measure) {
  return { label, sense: 'at least', limit, unit: '×', measure };
}

/** @param {string} label @param {number} limit @param {Goal['measure']} measure @returns {Goal} */
function slower(label, limit, measure) {
  return { label, sense: 'at most', limit, unit: '×', measure };
}

/** @param {string} label @param {number} limit @param {Goal['measure']} measure @returns {Goal} */
function points(label, limit, measure) {
  return { label, sense: 'at most', limit, unit: '%', measure };
}

/** Every goal with its figure; `met` is undefined where nothing was measured. @param {Report} report @returns {GoalResult[]} */
export function assessGoals(report) {
  return GOALS.map((goal) => {
    const value = goal.measure(report);
    const met =
      value === undefined ? undefined : goal.sense === 'at least' ? value >= goal.limit : value <= goal.limit;
    return { ...goal, value, met };
  });
}

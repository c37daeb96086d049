// The JSON of a kernel run, its table, and what in it got slower.
import { pairedRatioOf, summarize } from './statistics.js';
import { markdownTable } from './tables.js';

export const KERNEL_REPORT_VERSION = 1;

/** @typedef {import('./kernel-cases.js').KernelCase} KernelCase */
/**
 * @typedef {object} KernelRow
 * @property {string} name
 * @property {number} gigabytesPerSecond
 * @property {number} microsecondsPerChunk of 256 KiB of raw weights
 * @property {import('./statistics.js').Summary} seconds of a call, by rounds
 * @property {number} [ratio] time against the other version's; above 1 is slower
 * @property {string} [note] why there is no ratio, or what is odd
 */
/** @typedef {{ kernelReportVersion: number, createdAt: string, command: string, machine: import('./machine.js').Machine,
 *   versions: Record<string, string>, against?: string, rows: KernelRow[] }} KernelReport */

/** @param {KernelCase} kernelCase @param {import('./kernel-timing.js').Rounds} rounds @param {string} [note] @returns {KernelRow} */
export function kernelRow({ name, bytes, callsPerChunk }, { mine, theirs }, note) {
  const seconds = summarize(mine);
  return {
    name,
    gigabytesPerSecond: bytes / seconds.median / 1e9,
    microsecondsPerChunk: seconds.median * callsPerChunk * 1e6,
    seconds,
    ...(theirs.length > 0 ? { ratio: pairedRatioOf(mine, theirs) } : {}),
    ...(note === undefined ? {} : { note }),
  };
}

/** Rows with ratios against an earlier report: of times taken on another day, so they say less than a run against the other
 * version itself. @param {readonly KernelRow[]} rows @param {KernelReport} previous @returns {KernelRow[]} */
export function compareWithPrevious(rows, previous) {
  return rows.map((row) => {
    const before = previous.rows.find(({ name }) => name === row.name);
    if (before === undefined) return { ...row, note: 'not in the previous report' };
    return { ...row, ratio: row.seconds.lowerQuartile / before.seconds.lowerQuartile };
  });
}

/** @param {string} text @returns {KernelReport} @throws {Error} where it is no report of this version */
export function parseKernelReport(text) {
  const report = JSON.parse(text);
  if (report?.kernelReportVersion !== KERNEL_REPORT_VERSION || !Array.isArray(report.rows)) {
    throw new Error(`not a kernel report of version ${KERNEL_REPORT_VERSION}`);
  }
  return report;
}

/** @param {readonly KernelRow[]} rows @param {number} limit */
export const slowerRows = (rows, limit) => rows.filter(({ ratio = 0 }) => ratio > limit);

/** @param {readonly KernelRow[]} rows */
export function kernelTable(rows) {
  const hasRatios = rows.some(({ ratio, note }) => ratio !== undefined || note !== undefined);
  const cells = rows.map((row) => [
    row.name,
    row.gigabytesPerSecond.toFixed(2),
    row.microsecondsPerChunk.toFixed(2),
    `${(row.seconds.min * 1e6).toFixed(2)}–${(row.seconds.max * 1e6).toFixed(2)}`,
    ...(hasRatios ? [row.ratio === undefined ? '–' : `${row.ratio.toFixed(3)} ×`, row.note ?? ''] : []),
  ]);
  const head = ['kernel', 'GB/s', 'µs per 256 KiB', 'µs a call, from–to'];
  return markdownTable(hasRatios ? [...head, 'time, new ÷ old', ''] : head, cells);
}

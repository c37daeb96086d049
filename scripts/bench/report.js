// The JSON of a run: what ran on what, and a flat list of measurements; every table, goal and plot is made from it.
import { summarize } from './statistics.js';

export const REPORT_VERSION = 1;

/** @typedef {'codec' | 'files' | 'threads' | 'sizes' | 'cases' | 'start-up'} Section */
/** @typedef {'encode' | 'decode' | 'compress' | 'decompress' | 'start'} Operation */
/**
 * One peer doing one thing to one data set.
 * @typedef {object} Measurement
 * @property {Section} section
 * @property {string} dataSet id of the data
 * @property {Operation} operation
 * @property {string} peer id
 * @property {number} threads 0 where the peer decides
 * @property {number} rawBytes 0 where nothing is worked on
 * @property {number} [encodedBytes]
 * @property {import('./statistics.js').Summary & { samples: readonly number[] }} seconds
 * @property {number} [peakBytes] largest resident set seen
 */
/** @typedef {{ section: Section, dataSet?: string, reason: string }} Skipped */
/** @typedef {{ id: string, label: string }} Named */
/**
 * @typedef {object} Report
 * @property {number} reportVersion
 * @property {string} createdAt ISO 8601
 * @property {string} command
 * @property {boolean} quick a run of small files: shows that everything works, not how fast it is
 * @property {import('./machine.js').Machine} machine
 * @property {Record<string, string>} versions
 * @property {Named[]} dataSets
 * @property {Named[]} peers
 * @property {Measurement[]} measurements
 * @property {Skipped[]} skipped
 */

/** @param {Omit<Measurement, 'seconds'> & { samples: readonly number[] }} what @returns {Measurement} */
export function measurementOf({ samples, ...what }) {
  return { ...what, seconds: { ...summarize(samples), samples } };
}

/** @typedef {Partial<Pick<Measurement, 'section' | 'dataSet' | 'operation' | 'peer' | 'threads'>>} Query */

/** The measurement that fits, if there is one. @param {Pick<Report, 'measurements'>} report @param {Query} query */
export function findMeasurement({ measurements }, query) {
  return measurements.find((measurement) =>
    Object.entries(query).every(([name, value]) => measurement[/** @type {keyof Query} */ (name)] === value),
  );
}

/** Raw bytes a second, in 10^9. @param {Measurement} measurement */
export const gigabytesPerSecondOf = ({ rawBytes, seconds }) => rawBytes / seconds.median / 1e9;

/** @param {string} text @returns {Report}
 * @throws {Error} where it is not a report of this version */
export function parseReport(text) {
  const report = JSON.parse(text);
  if (report?.reportVersion !== REPORT_VERSION || !Array.isArray(report.measurements)) {
    throw new Error(`not a benchmark report of version ${REPORT_VERSION}`);
  }
  return report;
}

// The report as Markdown tables.
import { assessGoals } from './goals.js';
import { findMeasurement, gigabytesPerSecondOf } from './report.js';
import { spreadPercentOf } from './statistics.js';

/** @typedef {import('./report.js').Report} Report */
/** @typedef {import('./report.js').Measurement} Measurement */

const NOTHING = '–';
const SCALING = ['threads', 'sizes', 'cases', 'start-up'];

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
export function markdownTable(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const rule = `|${head.map((_, column) => (column === 0 ? '---|' : '---:|')).join('')}`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

const percent = (/** @type {Measurement | undefined} */ row) =>
  row?.encodedBytes === undefined ? NOTHING : `${((100 * row.encodedBytes) / row.rawBytes).toFixed(2)} %`;
const seconds = (/** @type {Measurement | undefined} */ row) =>
  row === undefined ? NOTHING : `${row.seconds.median.toFixed(2)} s`;
const speed = (/** @type {Measurement | undefined} */ row) =>
  row === undefined ? NOTHING : gigabytesPerSecondOf(row).toFixed(2);
const megabytes = (/** @type {Measurement | undefined} */ row) =>
  row?.peakBytes === undefined ? NOTHING : `${Math.round(row.peakBytes / 1e6)} MB`;
const times = (/** @type {number | undefined} */ value) =>
  value === undefined ? NOTHING : `${value.toFixed(2)} ×`;

/** The data sets that a section measured, in the report's order. @param {Report} report @param {string} section */
function dataSetsOf(report, section) {
  const measured = new Set(
    report.measurements.filter((row) => row.section === section).map((row) => row.dataSet),
  );
  return report.dataSets.filter(({ id }) => measured.has(id));
}

const FILES_CAPTION = "File to file, start-up included; in brackets how many times znn's time it is:";

/** The wall time of each peer, and what it is of znn's, for each data set. @param {Report} report @param {'compress' | 'decompress'} operation */
function filesTable(report, operation) {
  const peers = report.peers.filter(({ id }) => findMeasurement(report, { section: 'files', peer: id }));
  const row = (/** @type {string} */ dataSet, /** @type {string} */ peer) =>
    findMeasurement(report, { section: 'files', dataSet, operation, peer });
  const cell = (/** @type {string} */ dataSet, /** @type {string} */ peer) => {
    const share = ratio(row(dataSet, peer), row(dataSet, 'znn'));
    const text = seconds(row(dataSet, peer));
    return peer === 'znn' || share === undefined ? text : `${text} (${share.toFixed(2)})`;
  };
  const rows = dataSetsOf(report, 'files').map(({ id, label }) => [
    label,
    ...peers.map((peer) => cell(id, peer.id)),
    times(ratio(row(id, 'znn'), row(id, 'cp'))),
    ...(operation === 'compress' ? [] : [megabytes(row(id, 'znn'))]),
  ]);
  const head = [operation, ...peers.map(({ label }) => label), 'znn ÷ cp'];
  return markdownTable(operation === 'compress' ? head : [...head, 'memory of znn'], rows);
}

/** @param {Measurement | undefined} one @param {Measurement | undefined} other */
const ratio = (one, other) => (one && other ? one.seconds.median / other.seconds.median : undefined);

/** Compressed sizes of the peers that compress. @param {Report} report */
function sizesTable(report) {
  const peers = report.peers.filter(
    ({ id }) =>
      !['cp', 'no-codec', 'bare', 'stock-inner'].includes(id) &&
      findMeasurement(report, { section: 'files', peer: id }),
  );
  const rows = dataSetsOf(report, 'files').map(({ id, label }) => [
    label,
    ...peers.map((peer) =>
      percent(
        findMeasurement(report, { section: 'files', dataSet: id, operation: 'compress', peer: peer.id }),
      ),
    ),
  ]);
  return markdownTable(['size', ...peers.map(({ label }) => label)], rows);
}

/** GB/s of one thread and of all. @param {Report} report */
function codecTable(report) {
  const threadCounts = [
    ...new Set(
      report.measurements.filter(({ section }) => section === 'codec').map(({ threads }) => threads),
    ),
  ].sort((a, b) => a - b);
  const columns = threadCounts.flatMap((threads) =>
    [
      { peer: 'znn', label: `znn, ${threads} T` },
      { peer: 'znn-checksum', label: `with checksum, ${threads} T` },
      { peer: 'stock', label: `stock core, ${threads} T` },
    ]
      .filter(({ peer }) => findMeasurement(report, { section: 'codec', peer, threads }))
      .map((column) => ({ ...column, threads })),
  );
  const operations = /** @type {const} */ (['encode', 'decode']);
  const rows = dataSetsOf(report, 'codec').flatMap(({ id, label }) =>
    operations.map((operation) => {
      const row = (/** @type {string} */ peer, /** @type {number} */ threads) =>
        findMeasurement(report, { section: 'codec', dataSet: id, operation, peer, threads });
      return [
        `${operation} ${label}`,
        ...columns.map(({ peer, threads }) => speed(row(peer, threads))),
        times(ratio(row('stock', 1), row('znn', 1))),
      ];
    }),
  );
  return markdownTable(['GB/s', ...columns.map(({ label }) => label), 'znn ÷ stock, 1 T'], rows);
}

/** Threads, sizes, cases and start-up: what znn takes, and how that grows. @param {Report} report */
function scalingTable(report) {
  const label = (/** @type {string} */ dataSet) =>
    report.dataSets.find(({ id }) => id === dataSet)?.label ?? dataSet;
  const rows = report.measurements
    .filter(({ section }) => SCALING.includes(section))
    .map((row) => [
      `${row.section}: ${label(row.dataSet)}`,
      row.operation,
      row.peer,
      `${row.seconds.median.toFixed(3)} s`,
      `${row.seconds.min.toFixed(3)}–${row.seconds.max.toFixed(3)}`,
      row.rawBytes === 0 ? NOTHING : speed(row),
      megabytes(row),
    ]);
  return markdownTable(['what', 'does', 'who', 'median', 'from–to', 'GB/s', 'memory'], rows);
}

/** @param {Report} report */
function goalsTable(report) {
  const rows = assessGoals(report).map(({ label, sense, limit, moonshot, unit, value, met }) => [
    label,
    `${sense === 'at least' ? '≥' : '≤'} ${limit} ${unit}`,
    moonshot === undefined ? '' : `${moonshot} ${unit}`,
    value === undefined ? NOTHING : `${value.toFixed(2)} ${unit}`,
    met === undefined ? '' : met ? 'yes' : 'no',
  ]);
  return markdownTable(['goal', 'limit', 'moonshot', 'measured', 'met'], rows);
}

/** What ran on what, in a sentence or two. @param {Report} report */
export function provenance({ machine, versions, createdAt, command, quick }) {
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const lines = [
    `${machine.cpu}, ${machine.processors} processors, ${Math.round(machine.memoryBytes / 2 ** 30)} GiB, ${machine.system}.`,
    `${programs.join(', ')}.`,
    `\`${command}\`, ${createdAt.slice(0, 10)}. Medians; warm page cache; peers in turn; every output checked.`,
  ];
  return [
    ...(quick ? ['**Quick run of small files: it shows that everything works, not how fast it is.**'] : []),
    ...lines,
  ].join('\n');
}

/** The tables for the README. @param {Report} report */
export function readmeTables(report) {
  return [
    FILES_CAPTION,
    filesTable(report, 'compress'),
    filesTable(report, 'decompress'),
    'Compressed ÷ original:',
    sizesTable(report),
    provenance(report),
  ].join('\n\n');
}

/** Everything that was measured, for docs/performance.md. @param {Report} report */
export function allTables(report) {
  const has = (/** @type {string[]} */ ...sections) =>
    report.measurements.some(({ section }) => sections.includes(section));
  const files = [
    '### File to file',
    FILES_CAPTION,
    filesTable(report, 'compress'),
    filesTable(report, 'decompress'),
  ];
  return [
    provenance(report),
    ...['### Goals', goalsTable(report)],
    ...(has('codec') ? ['### Codec in memory, by thread', codecTable(report)] : []),
    ...(has('files') ? [...files, sizesTable(report)] : []),
    ...(has(...SCALING) ? ['### Threads, sizes, bad cases, start-up', scalingTable(report)] : []),
    ...(report.measurements.length > 0 ? [spreadLine(report)] : []),
    ...(report.skipped.length > 0
      ? [`Left out: ${report.skipped.map(({ reason }) => reason).join('; ')}.`]
      : []),
  ].join('\n\n');
}

/** How far the samples lie apart. @param {Report} report */
function spreadLine({ measurements }) {
  const spreads = measurements.map(({ seconds: summary }) => spreadPercentOf(summary)).sort((a, b) => a - b);
  const median = spreads[Math.floor(spreads.length / 2)] ?? 0;
  return `Half of the samples lie within ± ${median.toFixed(1)} % of their median (the middle one of all measurements; the widest: ± ${(spreads.at(-1) ?? 0).toFixed(1)} %).`;
}

// Measures znn against its peers, run as `npm run bench`; `npm run bench -- --help` lists the options. What is measured and
// how is told in docs/performance.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withResults } from './bench/documents.js';
import { root } from './bench/machine.js';
import { readOptions, USAGE } from './bench/options.js';
import { plotReport } from './bench/plot.js';
import { parseReport } from './bench/report.js';
import { runBenchmark } from './bench/run.js';
import { allTables, readmeTables } from './bench/tables.js';
import { preparePython } from './interop/python.js';

const PLOT = 'docs/performance.svg';
const args = process.argv.slice(2);

/** @param {import('./bench/options.js').BenchOptions} options */
async function getReport(options) {
  if (options.from !== undefined) return parseReport(readFileSync(options.from, 'utf8'));
  if (options.installsStock) preparePython();
  const start = performance.now();
  const progress = (/** @type {string} */ message) => {
    const seconds = ((performance.now() - start) / 1000).toFixed(0).padStart(5);
    console.error(`bench: ${seconds} s  ${message}`);
  };
  const report = await runBenchmark(options, ['npm run bench --', ...args].join(' '), progress);
  writeFileSync(options.jsonPath, `${JSON.stringify(report, undefined, 2)}\n`);
  progress(`done; the report is in ${options.jsonPath}`);
  return report;
}

/** @param {import('./bench/report.js').Report} report */
function writeDocuments(report) {
  mkdirSync(path.join(root, 'docs'), { recursive: true });
  writeFileSync(path.join(root, PLOT), plotReport(report));
  const replace = (/** @type {string} */ name, /** @type {string} */ content, /** @type {any} */ place) => {
    const target = path.join(root, name);
    writeFileSync(target, withResults(readFileSync(target, 'utf8'), content, place));
  };
  const picture = `![Wall times file to file](${PLOT})`;
  const more = '[docs/performance.md](docs/performance.md) says how this is measured, and shows all of it.';
  const place = { heading: '## Speed', before: '## Limits' };
  replace('README.md', [picture, readmeTables(report), more].join('\n\n'), place);
  replace('docs/performance.md', allTables(report), { heading: '## Results' });
}

try {
  const options = readOptions(args);
  if (options.help) console.log(USAGE);
  else {
    const report = await getReport(options);
    console.log(allTables(report));
    if (options.writesReadme) writeDocuments(report);
  }
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

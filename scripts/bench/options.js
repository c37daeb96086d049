// What a run covers, from its command line.
import { parseArgs } from 'node:util';

const MIB = 1 << 20;
const GIB = 1 << 30;

/** @type {readonly import('./report.js').Section[]} */
export const SECTIONS = ['codec', 'files', 'threads', 'sizes', 'cases', 'start-up'];

export const USAGE = `usage: npm run bench -- [options]
  --quick              small files, fewer data sets and rounds: two minutes; shows that all works, not how fast it is
  --only SECTIONS      some of ${SECTIONS.join(',')}
  --data IDS           some of the data sets, by id
  --json FILE          where the report goes (bench.json)
  --folder FOLDER      for the temporary files (the system's folder for them)
  --install-stock      install stock zipnn and the real model first, into .venv-interop
  --from FILE          measure nothing: take this report
  --write-readme       write tables and plot of the report into README.md and docs/`;

/** Sizes and rounds. `slowRounds` are those of peers that take seconds where others take tenths, `cheapRounds` those of a
 * codec pass or a start, which take milliseconds. */
const FULL = {
  fileBytes: GIB,
  caseBytes: 256 * MIB,
  shardBytes: 1_000_000_000,
  largeFileBytes: 8 * GIB,
  pieceCount: 16,
  rounds: 7,
  slowRounds: 3,
  largeRounds: 3,
  cheapRounds: 15,
};
const QUICK = {
  fileBytes: 64 * MIB,
  caseBytes: 32 * MIB,
  shardBytes: 64_000_000,
  largeFileBytes: 256 * MIB,
  pieceCount: 4,
  rounds: 3,
  slowRounds: 1,
  largeRounds: 2,
  cheapRounds: 5,
};
/** The data sets of a quick run. */
const QUICK_DATA = ['bf16', 'f8', 'real-bf16'];

/** @typedef {typeof FULL} Sizes */
/**
 * @typedef {object} BenchOptions
 * @property {boolean} quick
 * @property {Sizes} sizes
 * @property {ReadonlySet<string>} sections
 * @property {readonly string[] | undefined} dataIds `undefined` for all
 * @property {string} jsonPath
 * @property {string | undefined} folder
 * @property {string | undefined} from
 * @property {boolean} installsStock
 * @property {boolean} writesReadme
 * @property {boolean} help
 */

/** @param {readonly string[]} args @returns {BenchOptions} @throws {Error} where they make no sense */
export function readOptions(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      data: { type: 'string' },
      json: { type: 'string', default: 'bench.json' },
      folder: { type: 'string' },
      from: { type: 'string' },
      'install-stock': { type: 'boolean', default: false },
      'write-readme': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const sections = values.only?.split(',') ?? SECTIONS;
  const unknown = sections.find((section) => !SECTIONS.includes(/** @type {any} */ (section)));
  if (unknown !== undefined)
    throw new Error(`--only: no section "${unknown}", there are ${SECTIONS.join(', ')}`);
  return {
    quick: values.quick,
    sizes: values.quick ? QUICK : FULL,
    sections: new Set(sections),
    dataIds: values.data?.split(',') ?? (values.quick ? QUICK_DATA : undefined),
    jsonPath: values.json,
    folder: values.folder,
    from: values.from,
    installsStock: values['install-stock'],
    writesReadme: values['write-readme'],
    help: values.help,
  };
}

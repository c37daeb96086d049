// A whole run: makes the data, measures section by section, and answers with the report.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { barePeer } from './bare.js';
import { SEEDED_DATA_SETS } from './data-sets.js';
import { describeMachine, describeVersions, freeDiskBytes } from './machine.js';
import { Outputs } from './outputs.js';
import { findPeers } from './peers.js';
import { REAL_MODELS, repeatModel, writeRealModels } from './real-model.js';
import { REPORT_VERSION } from './report.js';
import { measureCodec } from './sections/codec.js';
import { measureFiles } from './sections/files.js';
import { measureCases, measureSizes, measureThreads } from './sections/scaling.js';
import { measureStartUp } from './sections/start-up.js';
import { makeWorkFolder } from './work-folder.js';

/** Peers whose figures are parts or variants of another's. */
const VARIANTS = [
  { id: 'stock-inner', label: 'stock zipnn, imports not counted' },
  { id: 'znn-checksum', label: 'znn with the content checksum' },
  { id: 'node', label: 'node -e 0' },
];
/** The data set of the goals from file to file, which its own floor is measured with too. */
const BARE_DATA = 'bf16';
/** The peers of a quick run. */
const QUICK_PEERS = ['znn', 'no-codec', 'cp', 'zstd-3', 'stock'];
/** A data set, every peer's compressed file, an output, and what warms the memory for the next. */
const DISK_SHARE = 6;

/** @typedef {Omit<import('./data-sets.js').DataSet, 'write'> & { path: string }} PreparedData */
/**
 * @typedef {object} Context
 * @property {import('./report.js').Report} report
 * @property {import('./options.js').Sizes} sizes
 * @property {string} folder for temporary files
 * @property {Outputs} outputs of timed commands
 * @property {readonly import('./peers.js').FilePeer[]} filePeers
 * @property {string | undefined} python with stock zipnn
 * @property {(message: string) => void} progress
 * @property {(dataSet: import('./report.js').Named) => void} addDataSet
 */

/** @param {import('./options.js').BenchOptions} options @param {string} command @param {(message: string) => void} progress
 * @returns {Promise<import('./report.js').Report>} */
export async function runBenchmark(options, command, progress) {
  const { quick, sizes, sections, folder: parent } = options;
  const { peers, python, versions, missing } = findPeers();
  const filePeers = quick ? peers.filter(({ id }) => QUICK_PEERS.includes(id)) : peers;
  const report = {
    reportVersion: REPORT_VERSION,
    createdAt: new Date().toISOString(),
    command,
    quick,
    machine: describeMachine(),
    versions: { ...describeVersions(), ...versions },
    dataSets: [],
    peers: [...filePeers.map(({ id, label }) => ({ id, label })), ...VARIANTS],
    measurements: [],
    skipped: missing.map((reason) => ({ section: /** @type {const} */ ('files'), reason })),
  };
  for (const reason of missing) progress(`left out: ${reason}`);
  const folder = makeWorkFolder(parent);
  /** @type {Context} */
  const context = {
    ...{ report, sizes, folder, outputs: new Outputs(folder, quick), filePeers, python, progress },
    addDataSet: (dataSet) => report.dataSets.push(dataSet),
  };
  const neededBytes = DISK_SHARE * sizes.fileBytes;
  if (freeDiskBytes(folder) < neededBytes) {
    throw new Error(
      `${folder} has no room for ${neededBytes} bytes; --folder names another place, --quick takes less`,
    );
  }
  if (sections.has('start-up')) {
    progress('start-up');
    await measureStartUp(context);
  }
  await measureDataSets(context, options);
  if (sections.has('threads')) {
    progress('threads');
    await measureThreads(context);
  }
  if (sections.has('sizes')) {
    progress('sizes');
    await measureSizes(context);
  }
  if (sections.has('cases')) await measureCases(context);
  rmSync(folder, { recursive: true, force: true });
  return report;
}

/** Codec and files, data set by data set, so that one at a time takes room.
 * @param {Context} context @param {import('./options.js').BenchOptions} options */
async function measureDataSets(context, { sections, dataIds }) {
  if (!sections.has('codec') && !sections.has('files')) return;
  for (const { write, ...dataSet } of await listDataSets(context, dataIds)) {
    context.progress(`${dataSet.label}: making the data`);
    context.addDataSet({ id: dataSet.id, label: dataSet.label });
    const data = { ...dataSet, path: path.join(context.folder, `${dataSet.id}.safetensors`) };
    write(data.path, context.sizes.fileBytes);
    if (sections.has('codec') && data.encoding !== undefined) {
      context.progress(`${dataSet.label}: codec`);
      await measureCodec(context, data);
    }
    if (sections.has('files')) {
      context.progress(`${dataSet.label}: file to file`);
      const { filePeers, sizes } = context;
      const peers = data.id === BARE_DATA ? await withBarePeer(context) : filePeers;
      await measureFiles(context, peers, [data], { section: 'files', rounds: sizes.rounds });
    }
    rmSync(data.path);
  }
}

/** The peers and one more, which stands behind znn in the tables.
 * @param {Context} context */
async function withBarePeer({ report, filePeers, folder }) {
  const bare = await barePeer(folder);
  const [first, ...others] = filePeers;
  report.peers.splice(1, 0, { id: bare.id, label: bare.label });
  return first === undefined ? [bare] : [first, bare, ...others];
}

/** The seeded data sets and, where the package is installed, the real model.
 * @param {Context} context @param {readonly string[] | undefined} dataIds
 * @returns {Promise<import('./data-sets.js').DataSet[]>} */
async function listDataSets({ folder, python, progress }, dataIds) {
  const isWanted = (/** @type {{ id: string }} */ { id }) => dataIds?.includes(id) ?? true;
  const real = python === undefined ? [] : REAL_MODELS.filter(isWanted);
  const modelFolder = path.join(folder, 'model');
  if (python !== undefined && real.length > 0) {
    progress('all-MiniLM-L6-v2: making the model');
    mkdirSync(modelFolder);
    await writeRealModels(python, modelFolder);
  }
  const repeated = real.map(({ fileName, ...dataSet }) => ({
    ...dataSet,
    write: (/** @type {string} */ target, /** @type {number} */ bytes) =>
      repeatModel(path.join(modelFolder, fileName), target, bytes),
  }));
  return [...repeated, ...SEEDED_DATA_SETS.filter(isWanted)];
}

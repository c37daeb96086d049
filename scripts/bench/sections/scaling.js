// How the time grows: with fewer threads, with larger files, with data that is hard, with many small files.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { BAD_CASES, BASELINE, writeOneFile, writeShards } from '../bad-cases.js';
import { SEEDED_DATA_SETS } from '../data-sets.js';
import { availableMemoryBytes, freeDiskBytes } from '../machine.js';
import { znnPeer } from '../peers.js';
import { threadSteps } from './codec.js';
import { measureFiles } from './files.js';

const STOCK_DTYPE = 'bfloat16';
const GIB = 1 << 30;
/** A source, a compressed file, an output and what warms the memory for the next. */
const DISK_SHARE = 3;
/** What must stay in the page cache for a fair comparison: what is read, the output, and what warms. */
const MEMORY_SHARE = 2.3;

const bf16 = /** @type {import('../data-sets.js').DataSet} */ (
  SEEDED_DATA_SETS.find(({ id }) => id === 'bf16')
);

/** 1 → 2 (→ N) threads on the same file. @param {import('../run.js').Context} context */
export async function measureThreads(context) {
  const { sizes } = context;
  const data = prepare(context, 'threads-bf16', (target) => bf16.write(target, sizes.fileBytes));
  context.addDataSet({ id: data.id, label: 'BF16' });
  const peers = threadSteps().map((threads) => znnPeer(threads));
  await measureFiles(context, peers, [data], { section: 'threads', rounds: sizes.rounds });
  rmSync(data.path);
}

/** 1 → 8 GiB, or as much as disk and memory have room for. @param {import('../run.js').Context} context */
export async function measureSizes(context) {
  const { sizes, folder, report, filePeers } = context;
  const roomBytes = Math.min(freeDiskBytes(folder) / DISK_SHARE, availableMemoryBytes() / MEMORY_SHARE);
  const smallBytes = sizes.largeFileBytes / 8;
  const largeBytes = [8, 4, 2].map((times) => times * smallBytes).find((bytes) => bytes <= roomBytes);
  if (largeBytes !== sizes.largeFileBytes) {
    const reason = `disk and memory have room for a file of ${(roomBytes / GIB).toFixed(1)} GiB`;
    report.skipped.push({ section: 'sizes', reason });
  }
  const peers = filePeers.filter(({ id }) => ['znn', 'no-codec', 'cp'].includes(id));
  for (const bytes of [smallBytes, ...(largeBytes === undefined ? [] : [largeBytes])]) {
    const data = prepare(context, `size-${bytes}`, (target) => bf16.write(target, bytes));
    context.addDataSet({ id: data.id, label: `BF16, ${bytes / GIB} GiB` });
    await measureFiles(context, peers, [data], { section: 'sizes', rounds: sizes.largeRounds });
    rmSync(data.path);
  }
}

/** Bad cases in turn with BF16 weights of the same size, and shards in turn with one file.
 * @param {import('../run.js').Context} context */
export async function measureCases(context) {
  const { caseBytes, shardBytes } = context.sizes;
  await measureInTurn(context, [BASELINE, ...BAD_CASES], caseBytes);
  await measureInTurn(context, FORMS, shardBytes);
}

/** @type {readonly import('../bad-cases.js').BadCase[]} */
const FORMS = [
  { id: 'case-one-file', label: 'one file', write: writeOneFile },
  { id: 'case-shards', label: '100 shards', write: writeShards },
];

/** @param {import('../run.js').Context} context @param {readonly import('../bad-cases.js').BadCase[]} cases
 * @param {number} bytes of each */
async function measureInTurn(context, cases, bytes) {
  context.progress(`cases: ${cases.map(({ label }) => label).join(', ')}`);
  const files = cases.map(({ id, label, write }) => {
    context.addDataSet({ id, label });
    return prepare(context, id, (target) => write(target, bytes));
  });
  await measureFiles(context, [znnPeer()], files, { section: 'cases', rounds: context.sizes.rounds });
  for (const { path: made } of files) rmSync(made, { recursive: true });
}

/** @param {import('../run.js').Context} context @param {string} id @param {(target: string) => void} write */
function prepare({ folder }, id, write) {
  const data = path.join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const target = path.join(data, id === 'case-shards' ? id : `${id}.safetensors`);
  write(target);
  return { id, path: target, stockDtype: STOCK_DTYPE };
}

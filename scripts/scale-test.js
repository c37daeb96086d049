// Files that are larger, or of more parts, than memory would hold: through in bounded memory, byte for byte.
// `node scripts/scale-test.js [--sparse-gib N]`. Sparse files take no room; what is restored takes up to 4 GiB.
import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Tally } from './interop/tally.js';

const MB = 1e6;
const GIB = 2 ** 30;
/** docs/performance.md: two workers, any file size; on top, ten times a header that is large. */
const RSS_MAX_BYTES = 160 * MB;
const HEADER_FACTOR = 10;
const TENSOR_COUNT = 200_000;
const CGROUP = '/sys/fs/cgroup/memory';
const CGROUP_BYTES = 256 << 20;

const { values } = parseArgs({ options: { 'sparse-gib': { type: 'string', default: '64' } } });
const znn = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'bin', 'znn.cjs');
const folder = mkdtempSync(path.join(tmpdir(), 'znn-scale-'));
const rssPath = path.join(folder, 'rss');
// Each thread overwrites what another has written: the figure is the whole process's.
const REPORT_RSS = `data:text/javascript,import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync(process.env.ZNN_RSS_PATH, String(process.resourceUsage().maxRSS)));`;
const tally = new Tally();

try {
  for (const fileBytes of [2 * GIB - 1, 2 * GIB + 1, 4 * GIB - 1, 4 * GIB + 1]) await thereAndBack(fileBytes);
  await sparse(Number(values['sparse-gib']) * GIB);
  await manyTensors();
  await smallCgroup();
} catch (error) {
  tally.fail(`the run broke off: ${error instanceof Error ? error.message : error}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;

/** A sparse file with a few bytes at its start, around 2 GiB and at its end. @param {string} name @param {number} fileBytes */
function writeSparse(name, fileBytes) {
  const filePath = path.join(folder, name);
  const fd = openSync(filePath, 'w');
  for (const offset of [0, 2 ** 31 - 3, 2 ** 32 - 3, fileBytes - 5]) {
    if (offset + 5 <= fileBytes) writeSync(fd, 'bytes', offset);
  }
  closeSync(fd);
  truncateSync(filePath, fileBytes);
}

/** --rm compares every restored byte before it lets the other file go. @param {number} fileBytes */
async function thereAndBack(fileBytes) {
  writeSparse('a.bin', fileBytes);
  await run(`compress ${fileBytes} bytes`, ['compress', '--rm', '-T2', 'a.bin']);
  await run(`decompress ${fileBytes} bytes`, ['decompress', '--rm', '-T2', 'a.bin.znn']);
  const { size } = statSync(path.join(folder, 'a.bin'));
  tally.check(`${fileBytes} bytes there and back`, size === fileBytes ? undefined : `came back as ${size}`);
  rmSync(path.join(folder, 'a.bin'));
}

/** @param {number} fileBytes */
async function sparse(fileBytes) {
  writeSparse('sparse.bin', fileBytes);
  await run(`compress ${fileBytes / GIB} GiB`, ['compress', '-T2', 'sparse.bin']);
  rmSync(path.join(folder, 'sparse.bin'));
  await run(`verify ${fileBytes / GIB} GiB`, ['verify', '-T2', 'sparse.bin.znn']);
  rmSync(path.join(folder, 'sparse.bin.znn'));
}

async function manyTensors() {
  const header = writeManyTensors(path.join(folder, 'many.safetensors'));
  const allowedBytes = RSS_MAX_BYTES + HEADER_FACTOR * header;
  await run(`compress ${TENSOR_COUNT} tensors`, ['compress', '-T2', 'many.safetensors'], { allowedBytes });
  const before = readFileSync(path.join(folder, 'many.safetensors'));
  const args = ['decompress', '-T2', 'many.safetensors.znn', '-o', 'back'];
  await run(`decompress ${TENSOR_COUNT} tensors`, args, { allowedBytes });
  const isEqual = readFileSync(path.join(folder, 'back')).equals(before);
  tally.check(`${TENSOR_COUNT} tensors there and back`, isEqual ? undefined : 'other bytes');
  rmSync(path.join(folder, 'back'));
}

/** @param {string} filePath @returns {number} the header's bytes */
function writeManyTensors(filePath) {
  const entries = Array.from({ length: TENSOR_COUNT }, (_, index) => {
    const dtype = ['BF16', 'F32', 'I64', 'F8_E4M3'][index % 4] ?? 'U8';
    const shape = [64 / ({ BF16: 2, F32: 4, I64: 8 }[dtype] ?? 1)];
    return `"model.layers.${index}.weight":${JSON.stringify({ dtype, shape, data_offsets: [index * 64, index * 64 + 64] })}`;
  });
  const json = Buffer.from(`{${entries.join(',')}}`);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(filePath, Buffer.concat([prefix, json, Buffer.alloc(TENSOR_COUNT * 64, 'weights')]));
  return json.length;
}

/** 10 GB in 256 MB, page cache and all. */
async function smallCgroup() {
  const group = path.join(CGROUP, `znn-scale-${process.pid}`);
  try {
    mkdirSync(group);
    writeFileSync(path.join(group, 'memory.limit_in_bytes'), String(CGROUP_BYTES));
  } catch {
    console.log('skipped: no memory cgroup can be made here');
    return;
  }
  try {
    writeSparse('ten.bin', 10 * 1000 * MB);
    await run('compress 10 GB in 256 MB', ['compress', '-T2', 'ten.bin'], { group });
    await run('verify 10 GB in 256 MB', ['verify', '-T2', 'ten.bin.znn'], { group });
  } finally {
    rmdirSync(group);
  }
}

/** @param {string} title @param {string[]} args @param {{ allowedBytes?: number, group?: string }} [limits] */
async function run(title, args, { allowedBytes = RSS_MAX_BYTES, group } = {}) {
  const start = performance.now();
  const own = [process.execPath, '--import', REPORT_RSS, znn, ...args];
  // The shell joins the group first and then becomes the command.
  const [program = '', ...rest] =
    group === undefined ? own : ['sh', '-c', `echo $$ > ${group}/cgroup.procs; exec "$@"`, 'sh', ...own];
  const child = spawn(program, rest, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ZNN_RSS_PATH: rssPath },
  });
  const exitCode = await new Promise((resolve) =>
    child.on('close', (code, signal) => resolve(signal ?? code)),
  );
  tally.check(title, exitCode === 0 ? undefined : `exit code ${exitCode}`);
  if (exitCode !== 0) return;
  const rssBytes = Number(readFileSync(rssPath, 'utf8')) * 1024;
  const figures = `${((performance.now() - start) / 1000).toFixed(1)} s, peak ${(rssBytes / MB).toFixed(0)} MB`;
  console.log(`${title}: ${figures}`);
  tally.check(
    `${title}: memory`,
    rssBytes <= allowedBytes ? undefined : `${figures}, allowed ${(allowedBytes / MB).toFixed(0)} MB`,
  );
}

// The codec in memory, by thread: pieces of 4 MiB, ours against the C core of the stock package, pass by pass in turn.
import { closeSync, openSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { alternate } from '../alternate.js';
import { root } from '../machine.js';
import { allThreads } from '../peers.js';
import { startServer } from '../processes.js';
import { measurementOf } from '../report.js';

const PIECE_BYTES = 4 << 20;
const WARM_UP_PASSES = 2;
const HEADER_LENGTH_BYTES = 8;
/** Has glibc keep freed memory instead of asking for fresh pages in each call. */
const WARM_MALLOC = { MALLOC_MMAP_THRESHOLD_: String(1 << 28), MALLOC_TRIM_THRESHOLD_: String(1 << 30) };

/** @typedef {{ id: string, server: import('../processes.js').Server, threads: number, checksum: boolean }} CodecPeer */

/** @param {import('../run.js').Context} context @param {import('../run.js').PreparedData} data */
export async function measureCodec(context, data) {
  const { folder, sizes, python } = context;
  const piecesPath = path.join(folder, 'pieces.bin');
  writeFileSync(piecesPath, takePieces(data.path, sizes.pieceCount));
  const load = { load: piecesPath, pieceBytes: PIECE_BYTES, encoding: data.encoding, threadsMax: allThreads };
  const script = (/** @type {string} */ name) => path.join(root, 'scripts', 'bench', name);
  const ours = startServer({ program: process.execPath, args: [script('codec-server.js')] });
  const stock =
    python && startServer({ program: python, args: ['-B', script('stock_core.py')], env: WARM_MALLOC });
  try {
    await ours.ask(load);
    await stock?.ask(load);
    const peers = codecPeers(ours, stock || undefined);
    for (const pass of /** @type {const} */ (['encode', 'decode'])) {
      await measurePass(context, data.id, peers, pass);
    }
  } finally {
    await ours.stop();
    if (stock) await stock.stop();
    rmSync(piecesPath);
  }
}

/** Threads to measure: 1, 2, and all. */
export function threadSteps() {
  return [...new Set([1, Math.min(2, allThreads), allThreads])];
}

/** @param {import('../processes.js').Server} ours @param {import('../processes.js').Server | undefined} stock */
function codecPeers(ours, stock) {
  /** @type {CodecPeer[]} */
  const peers = [];
  for (const threads of threadSteps()) {
    peers.push({ id: 'znn', server: ours, threads, checksum: false });
    if (threads === 1) peers.push({ id: 'znn-checksum', server: ours, threads, checksum: true });
    if (stock) peers.push({ id: 'stock', server: stock, threads, checksum: false });
  }
  return peers.map((peer) => ({ ...peer, key: peer.id, id: `${peer.id} ${peer.threads}` }));
}

/** @param {import('../run.js').Context} context @param {string} dataSet @param {readonly (CodecPeer & { key: string })[]} peers
 * @param {'encode' | 'decode'} pass */
async function measurePass({ report, sizes }, dataSet, peers, pass) {
  const ask = (/** @type {CodecPeer} */ { server, threads, checksum }) =>
    server.ask({ pass, threads, checksum });
  for (let round = 0; round < WARM_UP_PASSES; round++) for (const peer of peers) await ask(peer);
  const answers = await alternate(peers, sizes.cheapRounds, ask);
  for (const { id, key, threads } of peers) {
    const passes = answers.get(id) ?? [];
    const { rawBytes, encodedBytes } = passes[0];
    const samples = passes.map(({ seconds }) => seconds);
    report.measurements.push(
      measurementOf({
        section: 'codec',
        dataSet,
        operation: pass,
        peer: key,
        threads,
        rawBytes,
        encodedBytes,
        samples,
      }),
    );
  }
}

/** Pieces spread evenly over the tensors of a safetensors file, each starting at a whole element.
 * @param {string} filePath @param {number} pieceCount */
function takePieces(filePath, pieceCount) {
  const fd = openSync(filePath, 'r');
  try {
    const prefix = Buffer.alloc(HEADER_LENGTH_BYTES);
    readSync(fd, prefix, 0, HEADER_LENGTH_BYTES, 0);
    const dataStart = HEADER_LENGTH_BYTES + Number(prefix.readBigUInt64LE());
    const wholeCount = Math.floor((statSync(filePath).size - dataStart) / PIECE_BYTES);
    const count = Math.min(pieceCount, wholeCount);
    if (count === 0)
      throw new Error(`${filePath} is too small for the codec: it holds no ${PIECE_BYTES} bytes`);
    const pieces = Buffer.alloc(count * PIECE_BYTES);
    for (let index = 0; index < count; index++) {
      const source = dataStart + Math.floor((index * wholeCount) / count) * PIECE_BYTES;
      readSync(fd, pieces, index * PIECE_BYTES, PIECE_BYTES, source);
    }
    return pieces;
  } finally {
    closeSync(fd);
  }
}

// Times the loops of the Huffman kernels against the same loops in C (bench/native-loops.c) and, where it is installed, the
// Huffman code inside the stock package. Run as `npm run bench:native`; needs gcc. What the native loops take is what the
// kernels could reach at best.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { instantiateKernels } from '../dist/codec/kernels.js';
import {
  CODES,
  COUNTS,
  DECODE_WORK,
  ENCODED,
  LANES_SCRATCH,
  LENGTHS,
  PAIR_CODES,
  PAIRS,
  planeScratch,
  TREE,
  WORK,
} from '../dist/codec/memory.js';
import { HUFFMAN_BY_MULTI, HUFFMAN_BY_PAIRS, HUFFMAN_BY_SINGLE } from '../dist/format/frame/constants.js';
import { alternate } from './bench/alternate.js';
import { forgetTables, readyBlock, readyPairs } from './bench/kernel-cases.js';
import { PLANE_BYTES, PLANES } from './bench/kernel-planes.js';
import { describeMachine, firstLineOf, root } from './bench/machine.js';
import { installedPython } from './bench/peers.js';
import { runCommand, startServer } from './bench/processes.js';
import { quantileOf } from './bench/statistics.js';
import { markdownTable } from './bench/tables.js';
import { makeWorkFolder } from './bench/work-folder.js';
import { compileWorkerKernels } from './bench/worker-kernels.js';

const ROUNDS = 7;
const TURN_MILLISECONDS = 15;
/** Disturbances only add time, so a turn is as fast as its quick calls, and a loop as fast as its quickest turn. */
const QUANTILE = 0.25;
const PLANE_NAMES = Object.keys(PLANES).filter((name) =>
  /^(normal|BF16 exponents|F16|F32|F8|INT4)/.test(name),
);
const COMPILER = ['gcc', '-O3', '-march=native'];

const SOURCE = planeScratch(0);
const TARGET = planeScratch(1);
const HISTOGRAM_BYTES = 1024;

/** @typedef {{ id: string, measure: () => Promise<number> | number }} Peer `measure`: microseconds of a pass */
/** @typedef {import('./bench/kernel-cases.js').Instance} Instance */

const folder = makeWorkFolder();
const inFolder = (/** @type {string} */ name) => path.join(folder, name);
const FILES = { plane: inFolder('plane'), lengths: inFolder('lengths'), block: inFolder('block') };

/** Microseconds of the quick calls of a turn. @param {() => unknown} call */
function measureKernel(call) {
  const samples = [];
  for (const end = performance.now() + TURN_MILLISECONDS; performance.now() < end; ) {
    const start = performance.now();
    call();
    samples.push((performance.now() - start) * 1000);
  }
  return quantileOf(samples, QUANTILE);
}

/** The native loop's time; its output must be `expected`. @param {string} loop @param {Uint8Array} expected */
async function measureNative(loop, expected) {
  const output = inFolder('output');
  const args = [loop, FILES.plane, FILES.lengths, output, String(TURN_MILLISECONDS)];
  const { stdout } = await runCommand({ program: inFolder('native-loops'), args });
  if (Buffer.compare(readFileSync(output), expected) !== 0) throw new Error(`${loop}: the outputs differ`);
  return Number(stdout);
}

/** What a plane's loops are: the call in wasm, where its output is, and what the native program calls it.
 * @param {Instance} instance @param {string} plane @param {number} blockBytes of its Huffman block, at ENCODED */
function loopsOf({ exports, bytes }, plane, blockBytes) {
  const decode = (/** @type {number} */ loop) => () => {
    forgetTables(bytes);
    return exports.decodeHuffmanBy(loop, ENCODED, blockBytes, TARGET, PLANE_BYTES, DECODE_WORK);
  };
  const decoded = () => bytes.slice(TARGET, TARGET + PLANE_BYTES);
  const encode = () => exports.encodeLanes(SOURCE, PLANE_BYTES, CODES, LANES_SCRATCH);
  const encodePairs = () => exports.encodePairLanes(PAIRS, PLANE_BYTES, PAIR_CODES, LANES_SCRATCH);
  const count = () => exports.histogram(SOURCE, PLANE_BYTES, COUNTS, WORK);
  const encoded = () => bytes.slice(LANES_SCRATCH, LANES_SCRATCH + encode());
  return [
    { native: 'decode-single', call: decode(HUFFMAN_BY_SINGLE), output: decoded },
    { native: 'decode-pairs', call: decode(HUFFMAN_BY_PAIRS), output: decoded },
    { native: 'decode-multi', call: decode(HUFFMAN_BY_MULTI), output: decoded },
    { native: 'histogram', call: count, output: () => bytes.slice(COUNTS, COUNTS + HISTOGRAM_BYTES) },
    { native: 'encode-single', call: encode, output: encoded },
    ...(hasPairs(plane) ? [{ native: 'encode-pairs', call: encodePairs, output: encoded }] : []),
  ];
}

/** Whether the encoder takes the plane by pairs, as far as it is measured so. @param {string} plane */
const hasPairs = (plane) => plane === 'BF16 exponents';

/** All that the encoder does for a block that it codes. @param {Instance} instance @param {string} plane */
function wholeEncoder({ exports }, plane) {
  const makeCodes = () => {
    const maxBits = exports.codeLengths(COUNTS, LENGTHS, WORK);
    exports.encodeTree(LENGTHS, maxBits, TREE, WORK);
    exports.buildCodes(LENGTHS, maxBits, CODES);
  };
  if (!hasPairs(plane)) {
    return () => {
      exports.histogram(SOURCE, PLANE_BYTES, COUNTS, WORK);
      makeCodes();
      exports.encodeLanes(SOURCE, PLANE_BYTES, CODES, LANES_SCRATCH);
    };
  }
  let range = 0;
  return () => {
    range = exports.mapPairs(SOURCE, PLANE_BYTES, PAIRS, range);
    exports.pairSampleHistogram(PAIRS, PLANE_BYTES / 2, range, COUNTS, WORK);
    makeCodes();
    exports.buildPairCodes(LENGTHS, CODES, range, PAIR_CODES, WORK);
    exports.encodePairLanes(PAIRS, PLANE_BYTES, PAIR_CODES, LANES_SCRATCH);
  };
}

/** Microseconds by the peer's id. @param {Instance} instance @param {string} plane
 * @param {import('./bench/processes.js').Server | undefined} stock */
async function measurePlane(instance, plane, stock) {
  if (hasPairs(plane)) readyPairs(instance, plane);
  const blockBytes = readyBlock(instance, plane);
  const contents = { plane: SOURCE, lengths: LENGTHS, block: ENCODED };
  const sizes = { plane: PLANE_BYTES, lengths: 256, block: blockBytes };
  for (const name of /** @type {const} */ (['plane', 'lengths', 'block'])) {
    writeFileSync(FILES[name], instance.bytes.subarray(contents[name], contents[name] + sizes[name]));
  }
  /** @type {Peer[]} */
  const peers = [];
  for (const { native, call, output } of loopsOf(instance, plane, blockBytes)) {
    call();
    const expected = output();
    peers.push({ id: `kernel ${native}`, measure: () => measureKernel(call) });
    peers.push({ id: `native ${native}`, measure: () => measureNative(native, expected) });
  }
  if (stock !== undefined) {
    for (const call of ['decode', 'encode', 'histogram']) {
      const request = { call, plane: FILES.plane, block: FILES.block, milliseconds: TURN_MILLISECONDS };
      peers.push({ id: `stock ${call}`, measure: async () => (await stock.ask(request)).microseconds });
    }
  }
  // Last in a round: it makes the code anew.
  const encoder = wholeEncoder(instance, plane);
  peers.push({ id: 'kernel encode', measure: () => measureKernel(encoder) });
  const times = await alternate(peers, ROUNDS, ({ measure }) => measure());
  const microseconds = (/** @type {string} */ id) => Math.min(...(times.get(id) ?? [Number.NaN]));
  return { plane, percent: (100 * blockBytes) / PLANE_BYTES, microseconds };
}

/** @param {Awaited<ReturnType<typeof measurePlane>>[]} rows @param {readonly (readonly [label: string, id: string])[]} columns */
function timesTable(rows, columns) {
  const cells = rows.map(({ plane, percent, microseconds }) => [
    plane,
    `${percent.toFixed(0)} %`,
    ...columns.map(([, id]) => (Number.isNaN(microseconds(id)) ? '–' : microseconds(id).toFixed(0))),
  ]);
  return markdownTable(['µs a block', 'coded', ...columns.map(([label]) => label)], cells);
}

/** A kernel's column and the native loop's. @param {string} label @param {string} native
 * @returns {[string, string][]} */
const besideNative = (label, native) => [
  [label, `kernel ${native}`],
  ['native', `native ${native}`],
];

async function run() {
  const compiler = firstLineOf('gcc', ['--version']);
  if (compiler === undefined)
    throw new Error('gcc is not installed, so there are no native loops to compare with');
  const [program = '', ...flags] = COMPILER;
  const source = path.join(root, 'scripts', 'bench', 'native-loops.c');
  await runCommand({ program, args: [...flags, '-o', inFolder('native-loops'), source] });

  const python = installedPython();
  const stockArgs = ['-B', path.join(root, 'scripts', 'bench', 'stock_loops.py')];
  const stock = python ? startServer({ program: python, args: stockArgs }) : undefined;
  const instance = instantiateKernels(compileWorkerKernels());
  const rows = [];
  try {
    for (const plane of PLANE_NAMES) rows.push(await measurePlane(instance, plane, stock));
  } finally {
    await stock?.stop();
  }

  const decoders = [
    ...besideNative('one symbol', 'decode-single'),
    ...besideNative('pairs', 'decode-pairs'),
    ...besideNative('several', 'decode-multi'),
  ];
  const encoders = [
    ...besideNative('histogram', 'histogram'),
    ...besideNative('lanes', 'encode-single'),
    ...besideNative('lanes by pairs', 'encode-pairs'),
  ];
  const stockColumns = (/** @type {string[]} */ ...calls) =>
    stock
      ? calls.map((call) => /** @type {[string, string]} */ ([`stock core, ${call}`, `stock ${call}`]))
      : [];
  console.log(
    `${describeMachine().cpu}, node ${process.versions.node}, ${compiler}, ${COMPILER.join(' ')}\n`,
  );
  console.log(timesTable(rows, [...decoders, ...stockColumns('decode')]));
  console.log();
  console.log(
    timesTable(rows, [...encoders, ['all of it', 'kernel encode'], ...stockColumns('histogram', 'encode')]),
  );
  if (!stock) console.log('\nThe stock package is not installed; `npm run test:interop` installs it.');
}

try {
  await run();
} catch (error) {
  console.error(`bench:native: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

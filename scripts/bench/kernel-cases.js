// Each kernel alone, on what it meets in practice. A case readies the memory of an instance and answers with the call that is
// timed; its output is compared between two versions.
import {
  CHECKSUM_STATE,
  CODES,
  COUNTS,
  DECODE_WORK,
  ENCODED,
  LENGTHS,
  PAIR_CODES,
  PAIRS,
  planeScratch,
  RAW,
  TREE,
  WORK,
} from '../../dist/codec/memory.js';
import { CHUNK_BYTES, CHUNKS, PLANE_BYTES, PLANES } from './kernel-planes.js';

/** @typedef {{ exports: any, bytes: Uint8Array }} Instance */
/**
 * @typedef {object} KernelCase
 * @property {string} name
 * @property {readonly string[]} kernels the exports that are timed
 * @property {number} bytes that one call works on, raw
 * @property {number} callsPerChunk calls in 256 KiB of raw weights
 * @property {(instance: Instance) => () => unknown} prepare
 * @property {readonly [address: number, bytes: number]} output
 */

const SOURCE = planeScratch(0);
const TARGET = planeScratch(1);
const HISTOGRAM_BYTES = 1024;
const LENGTHS_BYTES = 256;

/** The two-byte types have one coded plane a chunk, the one-byte types two. @param {string} plane */
const planesPerChunk = (plane) => (/F8|INT4/.test(plane) ? 2 : 1);

/** Puts a plane in place and makes its code, as far as the encoder would. @param {Instance} instance @param {string} plane */
export function readyCode({ exports, bytes }, plane) {
  bytes.set(PLANES[plane]?.() ?? [], SOURCE);
  exports.histogram(SOURCE, PLANE_BYTES, COUNTS, WORK);
  const maxBits = exports.codeLengths(COUNTS, LENGTHS, WORK);
  exports.buildCodes(LENGTHS, maxBits, CODES);
  return maxBits;
}

/** The same by pairs; answers with their range. @param {Instance} instance @param {string} plane */
export function readyPairs(instance, plane) {
  readyCode(instance, plane);
  const range = instance.exports.mapPairs(SOURCE, PLANE_BYTES, PAIRS, 0);
  if (range < 0) throw new Error(`${plane} has no pairs`);
  instance.exports.buildPairCodes(LENGTHS, CODES, range, PAIR_CODES, WORK);
  return range;
}

/** Writes the plane's Huffman block to ENCODED; answers with its size. @param {Instance} instance @param {string} plane */
export function readyBlock(instance, plane) {
  const maxBits = readyCode(instance, plane);
  const treeBytes = instance.exports.encodeTree(LENGTHS, maxBits, ENCODED, WORK);
  return treeBytes + instance.exports.encodeLanes(SOURCE, PLANE_BYTES, CODES, ENCODED + treeBytes);
}

/** A case on one plane. @param {string} kernel @param {string} plane @param {KernelCase['output']} output
 * @param {KernelCase['prepare']} prepare @returns {KernelCase} */
function planeCase(kernel, plane, output, prepare) {
  const callsPerChunk = planesPerChunk(plane);
  return {
    name: `${kernel}, ${plane}`,
    kernels: [kernel],
    bytes: PLANE_BYTES,
    callsPerChunk,
    prepare,
    output,
  };
}

/** Lets the decoder believe that it has no tables yet. @param {Uint8Array} bytes of the kernels' memory */
export const forgetTables = (bytes) => bytes.fill(0, DECODE_WORK, DECODE_WORK + 4);

/** A block with another tree than the one before, as they mostly have; chunks of exponents often have the same one.
 * @param {string} plane @param {boolean} hasSameTree */
const decodeCase = (plane, hasSameTree = false) =>
  planeCase(
    'decodeHuffman',
    hasSameTree ? `${plane}, tree of the block before` : plane,
    [TARGET, PLANE_BYTES],
    (instance) => {
      const { exports, bytes } = instance;
      const blockBytes = readyBlock(instance, plane);
      forgetTables(bytes);
      return () => {
        if (!hasSameTree) forgetTables(bytes);
        return exports.decodeHuffman(ENCODED, blockBytes, TARGET, PLANE_BYTES, DECODE_WORK);
      };
    },
  );

/** @param {string} plane */
const encodeCase = (plane) =>
  planeCase('encodeLanes', plane, [ENCODED, PLANE_BYTES / 4], (instance) => {
    readyCode(instance, plane);
    return () => instance.exports.encodeLanes(SOURCE, PLANE_BYTES, CODES, ENCODED);
  });

/** @param {string} plane */
const histogramCase = (plane) =>
  planeCase('histogram', plane, [COUNTS, HISTOGRAM_BYTES], ({ exports, bytes }) => {
    bytes.set(PLANES[plane]?.() ?? [], SOURCE);
    return () => exports.histogram(SOURCE, PLANE_BYTES, COUNTS, WORK);
  });

/** Split or merge of a whole chunk. @param {string} kernel @param {string} chunk @param {0 | 1} rotated
 * @returns {KernelCase} */
function chunkCase(kernel, chunk, rotated) {
  const planeCount = kernel.endsWith('16') ? 2 : 4;
  const last = kernel.includes('Summed') ? CHECKSUM_STATE : rotated;
  const planes = Array.from({ length: planeCount }, (_, planeIndex) => planeScratch(planeIndex));
  const isSplit = kernel.startsWith('split');
  return {
    name: `${kernel}, ${chunk}${rotated ? '' : ' unrotated'}`,
    kernels: [kernel],
    bytes: CHUNK_BYTES,
    callsPerChunk: 1,
    output: isSplit ? [planeScratch(0), CHUNK_BYTES / planeCount] : [RAW, CHUNK_BYTES],
    prepare: ({ exports, bytes }) => {
      bytes.set(CHUNKS[chunk]?.() ?? [], RAW);
      exports[kernel.replace('merge', 'split')](RAW, CHUNK_BYTES, ...planes, last);
      return () => exports[kernel](RAW, CHUNK_BYTES, ...planes, last);
    },
  };
}

const EXPONENTS = 'BF16 exponents';

/** @type {readonly KernelCase[]} */
export const KERNEL_CASES = [
  chunkCase('split16', 'BF16', 1),
  chunkCase('splitSummed16', 'BF16', 1),
  chunkCase('split16', 'F16', 0),
  chunkCase('split32', 'F32', 1),
  chunkCase('split32', 'F32', 0),
  planeCase('isConstant', 'equal bytes', [SOURCE, 1], ({ exports, bytes }) => {
    bytes.set(PLANES['equal bytes']?.() ?? [], SOURCE);
    return () => exports.isConstant(SOURCE, PLANE_BYTES);
  }),
  planeCase('sampleCollisions', 'BF16 mantissas', [COUNTS, HISTOGRAM_BYTES], ({ exports, bytes }) => {
    bytes.set(PLANES['BF16 mantissas']?.() ?? [], SOURCE);
    return () => exports.sampleCollisions(SOURCE, PLANE_BYTES, COUNTS);
  }),
  histogramCase('F8 bytes'),
  histogramCase('one-bit codes'),
  planeCase('mapPairs', EXPONENTS, [PAIRS, PLANE_BYTES], (instance) => {
    const range = readyPairs(instance, EXPONENTS);
    return () => instance.exports.mapPairs(SOURCE, PLANE_BYTES, PAIRS, range);
  }),
  planeCase('pairHistogram', EXPONENTS, [COUNTS, HISTOGRAM_BYTES], (instance) => {
    const range = readyPairs(instance, EXPONENTS);
    return () => instance.exports.pairHistogram(PAIRS, PLANE_BYTES / 2, range, COUNTS, WORK);
  }),
  planeCase('pairSampleHistogram', EXPONENTS, [COUNTS, HISTOGRAM_BYTES], (instance) => {
    const range = readyPairs(instance, EXPONENTS);
    return () => instance.exports.pairSampleHistogram(PAIRS, PLANE_BYTES / 2, range, COUNTS, WORK);
  }),
  planeCase('pairSampleBits', EXPONENTS, [LENGTHS, LENGTHS_BYTES], (instance) => {
    readyPairs(instance, EXPONENTS);
    return () => instance.exports.pairSampleBits(PAIRS, PLANE_BYTES / 2, PAIR_CODES);
  }),
  planeCase('codeLengths', EXPONENTS, [LENGTHS, LENGTHS_BYTES], (instance) => {
    readyCode(instance, EXPONENTS);
    return () => instance.exports.codeLengths(COUNTS, LENGTHS, WORK);
  }),
  planeCase('codeLengths', 'F8 bytes', [LENGTHS, LENGTHS_BYTES], (instance) => {
    readyCode(instance, 'F8 bytes');
    return () => instance.exports.codeLengths(COUNTS, LENGTHS, WORK);
  }),
  planeCase('codedBits', EXPONENTS, [LENGTHS, LENGTHS_BYTES], (instance) => {
    readyCode(instance, EXPONENTS);
    return () => instance.exports.codedBits(COUNTS, LENGTHS);
  }),
  planeCase('encodeTree', EXPONENTS, [TREE, 16], (instance) => {
    const maxBits = readyCode(instance, EXPONENTS);
    return () => instance.exports.encodeTree(LENGTHS, maxBits, TREE, WORK);
  }),
  planeCase('buildCodes', EXPONENTS, [CODES, 2048], (instance) => {
    const maxBits = readyCode(instance, EXPONENTS);
    return () => instance.exports.buildCodes(LENGTHS, maxBits, CODES);
  }),
  planeCase('buildPairCodes', EXPONENTS, [PAIR_CODES, 32768], (instance) => {
    const range = readyPairs(instance, EXPONENTS);
    return () => instance.exports.buildPairCodes(LENGTHS, CODES, range, PAIR_CODES, WORK);
  }),
  planeCase('encodePairLanes', EXPONENTS, [ENCODED, PLANE_BYTES / 4], (instance) => {
    readyPairs(instance, EXPONENTS);
    return () => instance.exports.encodePairLanes(PAIRS, PLANE_BYTES, PAIR_CODES, ENCODED);
  }),
  encodeCase('F8 bytes'),
  encodeCase('INT4 bytes'),
  decodeCase(EXPONENTS),
  decodeCase(EXPONENTS, true),
  decodeCase('F16 high bytes'),
  decodeCase('F8 bytes'),
  decodeCase('INT4 bytes'),
  decodeCase('one-bit codes'),
  chunkCase('merge16', 'BF16', 1),
  chunkCase('mergeSummed16', 'BF16', 1),
  chunkCase('merge16', 'F16', 0),
  chunkCase('merge32', 'F32', 1),
  chunkCase('merge32', 'F32', 0),
  {
    name: 'checksum, BF16',
    kernels: ['checksumBegin', 'checksumStripes', 'checksumFinish'],
    bytes: CHUNK_BYTES,
    callsPerChunk: 1,
    output: [CHECKSUM_STATE, 32],
    prepare: ({ exports, bytes }) => {
      bytes.set(CHUNKS.BF16?.() ?? [], RAW);
      return () => {
        exports.checksumBegin(CHECKSUM_STATE);
        exports.checksumStripes(CHECKSUM_STATE, RAW, CHUNK_BYTES);
        return exports.checksumFinish(CHECKSUM_STATE, RAW + CHUNK_BYTES, BigInt(CHUNK_BYTES));
      };
    },
  },
];

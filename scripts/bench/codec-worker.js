// One thread of the codec, measured in memory: each piece is one frame. A message asks for a pass over all pieces; the
// answer is the time of the codec's calls alone. Every output is checked, outside the time.
import { parentPort, workerData } from 'node:worker_threads';
import { startChecksum } from '../../dist/codec/checksum.js';
import { decodeChunk, streamOf } from '../../dist/codec/decode/decode-chunk.js';
import { planeOffsetsOf, readStreams } from '../../dist/codec/decode/decode-tables.js';
import { encodeFrame } from '../../dist/codec/encode/encode-frame.js';
import { instantiateKernels } from '../../dist/codec/kernels.js';
import { ENCODED, RAW } from '../../dist/codec/memory.js';
import {
  CHUNK_BYTES,
  FRAME_HEADER_BYTES,
  HUFFMAN_BLOCK_MAX_BYTES,
} from '../../dist/format/frame/constants.js';
import { ENCODINGS } from '../../dist/format/frame/dtypes.js';
import {
  chunkCountOf,
  chunkRawBytesOf,
  cumulativeOffsetOf,
  typeOffsetOf,
} from '../../dist/format/frame/geometry.js';

/** @typedef {{ pass: 'encode' | 'decode', checksum: boolean }} PassRequest */
/** @typedef {{ seconds: number, rawBytes: number, encodedBytes: number } | { error: string }} PassAnswer */

const { module, pieces, encoding, gate } = workerData;
const kernels = instantiateKernels(module);
/** The same kernels with a checksum that does nothing: what the codec takes without it. */
const unchecked = {
  bytes: kernels.bytes,
  exports: {
    ...kernels.exports,
    checksumBegin: () => {},
    checksumStripes: () => {},
    checksumFinish: () => 0n,
    splitSummed16: (
      /** @type {number} */ raw,
      /** @type {number} */ rawBytes,
      /** @type {number} */ plane0,
      /** @type {number} */ plane1,
    ) => kernels.exports.split16(raw, rawBytes, plane0, plane1, 1),
  },
};

/** @param {Uint8Array} piece */
function encodeOnce(piece, kernelsToUse = kernels) {
  kernels.bytes.set(piece, RAW);
  const start = performance.now();
  const { parts } = encodeFrame(kernelsToUse, piece.byteLength, encoding, true);
  return { seconds: (performance.now() - start) / 1000, encoded: Buffer.concat(parts) };
}

/** @param {number} encodedBytes @param {number} rawBytes */
function geometryOf(encodedBytes, rawBytes) {
  const { planeCount, rotated } = ENCODINGS[encoding];
  const chunkBytes = planeCount === 1 ? HUFFMAN_BLOCK_MAX_BYTES : CHUNK_BYTES;
  return { planeCount, rotated, rawBytes, chunkBytes, encodedBytes, headerBytes: FRAME_HEADER_BYTES };
}

/** Decodes the frame at ENCODED to RAW as a worker of the pool does once it has read it.
 * @param {ReturnType<typeof geometryOf>} frame @param {boolean} withChecksum */
function decodeFrame(frame, withChecksum) {
  const { headerBytes, planeCount, rawBytes } = frame;
  const chunkCount = chunkCountOf(rawBytes, frame.chunkBytes);
  const tables = ENCODED + headerBytes;
  const planes = Array.from({ length: planeCount }, (_, planeIndex) => planeIndex);
  const read = (/** @type {number} */ offset, /** @type {number} */ length) =>
    kernels.bytes.subarray(tables + offset, tables + offset + length);
  const offsets = planeOffsetsOf(
    frame,
    planes.map((plane) => read(cumulativeOffsetOf(planeCount, chunkCount, plane, chunkCount - 1), 8)),
  );
  const streams = readStreams(
    frame,
    { chunkStart: 0, chunkEnd: chunkCount, rawStart: 0, rawEnd: rawBytes },
    planes.map((plane) => read(typeOffsetOf(chunkCount, plane, 0), chunkCount)),
    planes.map((plane) => read(cumulativeOffsetOf(planeCount, chunkCount, plane, 0), chunkCount * 8)),
  );
  const loadedPlanes = streams.map((plane, i) => ({ ...plane, address: ENCODED + offsets[i] }));
  const checksum = withChecksum ? startChecksum(kernels) : undefined;
  let target = RAW;
  for (let chunk = 0; chunk < chunkCount; chunk++) {
    const chunkRawBytes = chunkRawBytesOf(frame, chunk);
    const loaded = loadedPlanes.map((plane) => streamOf(plane, chunk));
    decodeChunk(kernels, frame, loaded, chunkRawBytes, target, checksum);
    target += chunkRawBytes;
  }
  return checksum?.finish();
}

/** @param {Buffer} encoded @param {Uint8Array} piece @param {boolean} withChecksum */
function decodeOnce(encoded, piece, withChecksum) {
  kernels.bytes.set(encoded, ENCODED);
  const frame = geometryOf(encoded.byteLength, piece.byteLength);
  const start = performance.now();
  decodeFrame(frame, withChecksum);
  const seconds = (performance.now() - start) / 1000;
  const restored = kernels.bytes.subarray(RAW, RAW + piece.byteLength);
  if (Buffer.compare(restored, piece) !== 0) throw new Error('a piece was restored to other bytes');
  return seconds;
}

const encodedPieces = pieces.map((/** @type {Uint8Array} */ piece) => encodeOnce(piece).encoded);
for (const [index, piece] of pieces.entries()) decodeOnce(encodedPieces[index], piece, false);

/** @param {PassRequest} request */
function runPass({ pass, checksum }) {
  let seconds = 0;
  for (const [index, piece] of pieces.entries()) {
    if (pass === 'decode') {
      seconds += decodeOnce(encodedPieces[index], piece, checksum);
      continue;
    }
    const once = encodeOnce(piece, checksum ? kernels : unchecked);
    if (!once.encoded.equals(encodedPieces[index])) throw new Error('a piece was encoded to other bytes');
    seconds += once.seconds;
  }
  return seconds;
}

/** Threads that are measured together start together. `gate` holds who has come, and a number that changes when they go.
 * @param {number} count */
function waitForOthers(count) {
  const before = Atomics.load(gate, 1);
  if (Atomics.add(gate, 0, 1) + 1 < count) {
    Atomics.wait(gate, 1, before);
    return;
  }
  Atomics.store(gate, 0, 0);
  Atomics.add(gate, 1, 1);
  Atomics.notify(gate, 1);
}

/** @param {readonly Uint8Array[]} list */
const bytesOf = (list) => list.reduce((sum, { byteLength }) => sum + byteLength, 0);

parentPort?.on('message', (request) => {
  /** @type {PassAnswer} */
  let answer;
  try {
    if (request.threads > 1) waitForOthers(request.threads);
    answer = { seconds: runPass(request), rawBytes: bytesOf(pieces), encodedBytes: bytesOf(encodedPieces) };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(answer);
});
parentPort?.postMessage({ ready: true });

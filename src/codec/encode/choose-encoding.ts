import { ENCODINGS, type Encoding } from '../../format/frame/dtypes.js';
import { planeBytesOf } from '../../format/frame/geometry.js';
import type { Kernels } from '../kernels.js';
import { COUNTS, LANES_SCRATCH, LENGTHS, planeScratch, RAW, WORK } from '../memory.js';
import { isWorthwhile } from './block-code.js';
import { splitChunk } from './split-chunk.js';

/** From the fewest planes to the most. */
const CANDIDATES: readonly Encoding[] = ['bytes', 'f16', 'bf16', 'i32', 'f32'];

/** Share of the sample that an encoding of more planes must save over the best of fewer: more planes take longer. */
const MORE_PLANES_MIN_GAIN = 0.005;

const SLICE_COUNT = 16;
const SLICE_BYTES = 1024;

/** A sample understates the entropy of a plane by (distinct symbols − 1) / (2 ln 2) bits (Miller–Madow); planes of more,
 * shorter planes would look better than they are. */
const SAMPLE_BIAS_BITS = 0.72;

/** The encoding that makes the frame of `rawBytes` bytes at RAW smallest, by a sample of it; only encodings whose elements
 * divide the frame. Depends on the bytes alone. Overwrites the scratch of lanes and planes. */
export function chooseEncoding(kernels: Kernels, rawBytes: number): Encoding {
  return chooseBySample(kernels, rawBytes).encoding;
}

/** What share of `content`, a few MiB at the most, frames would take, by a sample of it: 1 where nothing is gained. Overwrites the
 * raw region and the scratch of lanes and planes. */
export function expectedShareOf(kernels: Kernels, content: Uint8Array): number {
  kernels.bytes.set(content, RAW);
  return chooseBySample(kernels, content.length).share;
}

function chooseBySample(kernels: Kernels, rawBytes: number): { encoding: Encoding; share: number } {
  const sampleBytes = gatherSample(kernels, rawBytes);
  let best: Encoding = 'bytes';
  let bestBits = Number.POSITIVE_INFINITY;
  for (const candidate of CANDIDATES) {
    if (rawBytes % ENCODINGS[candidate].planeCount !== 0) continue;
    const bits = sampleBits(kernels, candidate, sampleBytes);
    const hasMorePlanes = ENCODINGS[candidate].planeCount > ENCODINGS[best].planeCount;
    const minGainBits = hasMorePlanes ? MORE_PLANES_MIN_GAIN * sampleBytes * 8 : 0;
    if (bits + minGainBits < bestBits) {
      best = candidate;
      bestBits = bits;
    }
  }
  return { encoding: best, share: bestBits / (sampleBytes * 8) };
}

/** Copies evenly spread slices of the frame to LANES_SCRATCH, each from a multiple of 4, and returns their total size. */
function gatherSample({ bytes }: Kernels, rawBytes: number): number {
  const sliceCount = Math.min(SLICE_COUNT, Math.ceil(rawBytes / SLICE_BYTES));
  if (rawBytes <= SLICE_COUNT * SLICE_BYTES) {
    bytes.copyWithin(LANES_SCRATCH, RAW, RAW + rawBytes);
    return rawBytes;
  }
  const strideBytes = Math.floor((rawBytes - SLICE_BYTES) / (sliceCount - 1) / 4) * 4;
  for (let slice = 0; slice < sliceCount; slice++) {
    const start = RAW + slice * strideBytes;
    bytes.copyWithin(LANES_SCRATCH + slice * SLICE_BYTES, start, start + SLICE_BYTES);
  }
  return sliceCount * SLICE_BYTES;
}

function sampleBits(kernels: Kernels, encoding: Encoding, sampleBytes: number): number {
  const layout = ENCODINGS[encoding];
  const planes = Array.from({ length: layout.planeCount }, (_, planeIndex) => planeScratch(planeIndex));
  splitChunk(kernels, layout, LANES_SCRATCH, sampleBytes, planes);
  return planes.reduce(
    (sum, plane, planeIndex) =>
      sum + planeBits(kernels, plane, planeBytesOf(sampleBytes, layout.planeCount, planeIndex)),
    0,
  );
}

function planeBits({ exports, bytes }: Kernels, plane: number, planeBytes: number): number {
  exports.histogram(plane, planeBytes, COUNTS, WORK);
  const maxBits = exports.codeLengths(COUNTS, LENGTHS, WORK);
  if (maxBits === 0) return 8;
  const symbolCount = bytes
    .subarray(LENGTHS, LENGTHS + 256)
    .reduce((sum, length) => sum + Math.min(length, 1), 0);
  const bits = exports.codedBits(COUNTS, LENGTHS) + SAMPLE_BIAS_BITS * (symbolCount - 1);
  return isWorthwhile(bits / 8, planeBytes) ? bits : planeBytes * 8;
}

import { ZnnError } from '../../errors.js';
import type { DecodeFrame } from '../../format/frame/frames.js';
import { chunkRawBytesOf } from '../../format/frame/geometry.js';
import { type RunningChecksum, startChecksum } from '../checksum.js';
import type { Kernels } from '../kernels.js';
import { RAW } from '../memory.js';
import { decodeChunk, streamOf } from './decode-chunk.js';
import type { DecodeRun, DecodeUnit } from './decode-runs.js';
import { loadRun, type ReadInto } from './load-run.js';

/** Decodes the runs of a unit one after the other. Each run that is yielded stands at RAW until the next one is asked for; before the last
 * one is, the unit's checksum has been compared.
 * @throws ZnnError `corrupt`, `truncated` or `io` */
export function* decodeUnit(
  kernels: Kernels,
  readInto: ReadInto,
  frame: DecodeFrame,
  { runs, checksum: expected }: DecodeUnit,
): Generator<DecodeRun> {
  const checksum = expected === undefined ? undefined : startChecksum(kernels);
  for (const run of runs) {
    decodeRun(kernels, readInto, frame, run, checksum);
    // Here, and not later: it takes in the last bytes from where they stand.
    if (run === runs.at(-1)) compareChecksum(checksum?.finish(), expected);
    yield run;
  }
}

/** Decodes a run to RAW, or reads it if it is stored, taking in the checksum chunk by chunk while the chunk is in cache.
 * @throws ZnnError `corrupt`, `truncated` or `io` */
function decodeRun(
  kernels: Kernels,
  readInto: ReadInto,
  frame: DecodeFrame,
  run: DecodeRun,
  checksum?: RunningChecksum,
): void {
  if (frame.isStored) {
    const runBytes = run.rawEnd - run.rawStart;
    readInto(kernels.bytes.subarray(RAW, RAW + runBytes), frame.frameOffset + run.rawStart);
    checksum?.update(RAW, runBytes);
    return;
  }
  const planes = loadRun(kernels, readInto, frame, run);
  let target = RAW;
  for (let chunkIndex = run.chunkStart; chunkIndex < run.chunkEnd; chunkIndex++) {
    const streams = planes.map((plane) => streamOf(plane, chunkIndex - run.chunkStart));
    const rawBytes = Math.min(chunkRawBytesOf(frame, chunkIndex), run.rawEnd - run.rawStart);
    decodeChunk(kernels, frame, streams, rawBytes, target, checksum);
    target += rawBytes;
  }
}

function compareChecksum(found: bigint | undefined, expected: bigint | undefined): void {
  if (found === expected) return;
  throw new ZnnError(
    'corrupt',
    `content checksum: found ${hex(found)}, the frame index says ${hex(expected)}`,
  );
}

function hex(checksum: bigint | undefined): string {
  return (checksum ?? 0n).toString(16).padStart(16, '0');
}

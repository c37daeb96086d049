// One worker's share of a decompression: it takes unit after unit until none is left.

import { type RunningChecksum, startChecksum } from '../../codec/checksum.js';
import { decodeChunk, streamOf } from '../../codec/decode/decode-chunk.js';
import { type DecodeRun, type DecodeUnit, DecodeUnits } from '../../codec/decode/decode-runs.js';
import type { Kernels } from '../../codec/kernels.js';
import { ENCODED, RAW } from '../../codec/memory.js';
import { toZnnError, ZnnError } from '../../errors.js';
import type { DecodeFrame } from '../../format/frame/frames.js';
import { chunkRawBytesOf } from '../../format/frame/geometry.js';
import { readFully, writeFully } from '../../io/positional.js';
import type { JobControl } from '../job/job-control.js';
import { naming } from '../job/naming.js';
import type { DecompressJob } from '../job/protocol.js';
import type { Steps, Waiting } from '../job/steps.js';
import { xorWithBase } from '../xor-base.js';
import { loadRun } from './load-run.js';

/** Decodes units of the job until all are taken or the job is aborted; a step is a unit.
 * @throws ZnnError with `where.frame` and `where.offset` */
export function* shareDecompressJob(kernels: Kernels, job: DecompressJob, control: JobControl): Steps {
  const units = new DecodeUnits(job.frames);
  for (;;) {
    const unit = units.at(control.takeUnit());
    if (unit === undefined) return;
    const frame = job.frames[unit.frameIndex];
    if (frame === undefined) return;
    try {
      yield* decodeUnit(kernels, job, control, frame, unit);
    } catch (error) {
      throw toZnnError(error, { frame: unit.frameIndex, offset: frame.frameOffset });
    }
    control.addDone(unit.runs.reduce((sum, run) => sum + run.rawEnd - run.rawStart, 0));
    yield;
  }
}

function* decodeUnit(
  kernels: Kernels,
  job: DecompressJob,
  control: JobControl,
  frame: DecodeFrame,
  unit: DecodeUnit,
): Waiting<void> {
  const checksum = unit.checksum === undefined ? undefined : startChecksum(kernels);
  for (const run of unit.runs) {
    decodeRun(kernels, job.sourceFd, frame, run, checksum);
    // Here, and not later: it takes in the last bytes from where they stand.
    if (run === unit.runs.at(-1)) compareChecksum(checksum?.finish(), unit.checksum);
    undoDelta(kernels, job.baseFd, frame, run);
    const runBytes = run.rawEnd - run.rawStart;
    const decoded = kernels.bytes.subarray(RAW, RAW + runBytes);
    const offset = frame.rawOffset + run.rawStart;
    const { targetFd } = job;
    if (targetFd !== undefined) {
      yield* control.writeAlone(() => naming(job.targetPath, () => writeFully(targetFd, decoded, offset)));
    }
    if (job.compareFd !== undefined) compareWith(kernels, job.compareFd, decoded, offset);
  }
}

function compareChecksum(found: bigint | undefined, expected: bigint | undefined): void {
  if (found === expected) return;
  throw new ZnnError(
    'corrupt',
    `content checksum: found ${hex(found)}, the frame index says ${hex(expected)}`,
  );
}

/** Decodes a run to RAW, or reads it if it is stored, taking in the checksum chunk by chunk while the chunk is in cache. */
export function decodeRun(
  kernels: Kernels,
  fd: number,
  frame: DecodeFrame,
  run: DecodeRun,
  checksum?: RunningChecksum,
): void {
  if (frame.isStored) {
    const runBytes = run.rawEnd - run.rawStart;
    readFully(fd, kernels.bytes.subarray(RAW, RAW + runBytes), frame.frameOffset + run.rawStart);
    checksum?.update(RAW, runBytes);
    return;
  }
  const planes = loadRun(kernels, fd, frame, run);
  let target = RAW;
  for (let chunkIndex = run.chunkStart; chunkIndex < run.chunkEnd; chunkIndex++) {
    const streams = planes.map((plane) => streamOf(plane, chunkIndex - run.chunkStart));
    const rawBytes = Math.min(chunkRawBytesOf(frame, chunkIndex), run.rawEnd - run.rawStart);
    decodeChunk(kernels, frame, streams, rawBytes, target, checksum);
    target += rawBytes;
  }
}

/** Turns the run's raw bytes at RAW into the original's. The checksum is of the raw bytes, so it comes first. */
export function undoDelta(
  kernels: Kernels,
  baseFd: number | undefined,
  { baseOffset }: DecodeFrame,
  run: DecodeRun,
): void {
  if (baseFd === undefined || baseOffset === undefined) return;
  xorWithBase(kernels, baseFd, baseOffset + run.rawStart, run.rawEnd - run.rawStart, ENCODED);
}

function compareWith(kernels: Kernels, fd: number, decoded: Uint8Array, offset: number): void {
  // The encoded bytes are not needed any more; their place takes the other file's.
  const expected = kernels.bytes.subarray(ENCODED, ENCODED + decoded.length);
  readFully(fd, expected, offset);
  if (Buffer.compare(decoded, expected) !== 0) {
    throw new ZnnError('corrupt', `decoded bytes differ from the original's at or after byte ${offset}`);
  }
}

function hex(checksum: bigint | undefined): string {
  return (checksum ?? 0n).toString(16).padStart(16, '0');
}

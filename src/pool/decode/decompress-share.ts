// One worker's share of a decompression: it takes unit after unit until none is left.

import { type DecodeRun, type DecodeUnit, DecodeUnits } from '../../codec/decode/decode-runs.js';
import { decodeUnit } from '../../codec/decode/decode-unit.js';
import type { ReadInto } from '../../codec/decode/load-run.js';
import type { Kernels } from '../../codec/kernels.js';
import { ENCODED, RAW } from '../../codec/memory.js';
import { toZnnError, ZnnError } from '../../errors.js';
import type { DecodeFrame } from '../../format/frame/frames.js';
import { readFully, writeFully } from '../../io/positional.js';
import type { JobControl } from '../job/job-control.js';
import { naming } from '../job/naming.js';
import type { DecompressJob } from '../job/protocol.js';
import type { Steps, Waiting } from '../job/steps.js';
import { xorWithBase } from '../xor-base.js';

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
      yield* finishUnit(kernels, job, control, frame, unit);
    } catch (error) {
      throw toZnnError(error, { frame: unit.frameIndex, offset: frame.frameOffset });
    }
    control.addDone(unit.runs.reduce((sum, run) => sum + run.rawEnd - run.rawStart, 0));
    yield;
  }
}

function* finishUnit(
  kernels: Kernels,
  job: DecompressJob,
  control: JobControl,
  frame: DecodeFrame,
  unit: DecodeUnit,
): Waiting<void> {
  for (const run of decodeUnit(kernels, readerOf(job.sourceFd), frame, unit)) {
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

/** Reads from a file, by position. */
export function readerOf(fd: number): ReadInto {
  return (view, offset) => readFully(fd, view, offset);
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

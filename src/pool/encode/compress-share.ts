// One worker's share of a compression: it takes unit after unit until none is left.

import type { Kernels } from '../../codec/kernels.js';
import { toZnnError } from '../../errors.js';
import type { FramePlan } from '../../format/frame/frames.js';
import type { JobControl } from '../job/job-control.js';
import type { CompressJob } from '../job/protocol.js';
import type { Steps, Waiting } from '../job/steps.js';
import { type EncodeUnit, encodeUnitsOf } from '../job/units.js';
import { BatchEncoder } from './encode-batch.js';
import { encodePlanned } from './encode-planned.js';
import { encodeRunUnit } from './encode-run-unit.js';
import { PendingOutputs } from './pending-outputs.js';
import { readRaw } from './read-raw.js';

/** Encodes units of the job until all are taken or the job is aborted; a step is a unit.
 * @throws ZnnError with `where.frame` and `where.offset` */
export function* shareCompressJob(kernels: Kernels, job: CompressJob, control: JobControl): Steps {
  const units = encodeUnitsOf(job.frames);
  const outputs = new PendingOutputs(job, control);
  let batches: BatchEncoder | undefined;
  for (let unitIndex = control.takeUnit(); ; unitIndex = control.takeUnit()) {
    const unit = units[unitIndex];
    if (unit === undefined) break;
    const firstIndex = unit.kind === 'batch' ? unit.frameStart : unit.frameIndex;
    const frame = job.frames[firstIndex];
    if (frame === undefined) break;
    try {
      // The others take their turns themselves, after those before, and use the memory of what is still to be written.
      if (unit.kind !== 'frame') yield* outputs.flush();
      if (unit.kind === 'batch') {
        batches ??= new BatchEncoder(kernels, job, control);
        yield* batches.encode(unit, unitIndex);
      } else if (unit.kind === 'run') yield* encodeRunUnit(kernels, job, control, unit, unitIndex);
      else yield* encodeFrameUnit(kernels, job, control, outputs, firstIndex, unitIndex);
    } catch (error) {
      throw toZnnError(error, { frame: firstIndex, offset: frame.rawOffset });
    }
    control.addDone(rawBytesOf(unit, job.frames));
    yield;
  }
  yield* outputs.flush();
}

function* encodeFrameUnit(
  kernels: Kernels,
  job: CompressJob,
  control: JobControl,
  outputs: PendingOutputs,
  frameIndex: number,
  unitIndex: number,
): Waiting<void> {
  const frame = job.frames[frameIndex] as FramePlan;
  const places = { region: outputs.region, rawAt: readRaw(kernels, frame, job) };
  const { parts, encodedBytes, encoding, checksum } = encodePlanned(kernels, frame, job, places);
  control.records.setChecksum(frameIndex, 0, checksum);
  yield* outputs.add({
    unitIndex,
    encodedBytes,
    parts,
    onWritten: (offset) => control.records.setFrame(frameIndex, offset, encodedBytes, encoding),
    nameError: (thrown) => toZnnError(thrown, { frame: frameIndex, offset: frame.rawOffset }),
  });
  // Its parts stand where the next unit is read to.
  if (frame.isStored) yield* outputs.flush();
}

function rawBytesOf(unit: EncodeUnit, frames: readonly FramePlan[]): number {
  if (unit.kind === 'run') return unit.rawEnd - unit.rawStart;
  const [start, end] =
    unit.kind === 'batch' ? [unit.frameStart, unit.frameEnd] : [unit.frameIndex, unit.frameIndex + 1];
  return frames.slice(start, end).reduce((sum, { rawBytes }) => sum + rawBytes, 0);
}

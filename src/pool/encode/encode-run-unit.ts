// A frame larger than a worker's memory, encoded in runs by any number of workers.
//
// Its planes follow one another in the target, but where one begins is known only when the one before it is complete. So
// each plane is written where it would stand if none before it shrank, and when the last run is there the planes are moved
// up. Where only the last plane shrinks (the exponents of BF16 and F32 tensors, the usual case) nothing has to move.

import { chunkBytesOf, type EncodedRun, encodeRun } from '../../codec/encode/encode-run.js';
import { encodeTables } from '../../codec/encode/encode-tables.js';
import type { Kernels } from '../../codec/kernels.js';
import { RAW } from '../../codec/memory.js';
import { ZnnError } from '../../errors.js';
import { FRAME_RAW_BYTES } from '../../format/frame/constants.js';
import { ENCODINGS, type Encoding } from '../../format/frame/dtypes.js';
import type { FramePlan, TensorFrame } from '../../format/frame/frames.js';
import { chunkCountOf, tableBytesOf } from '../../format/frame/geometry.js';
import { encodeFrameHeader, frameHeaderBytes } from '../../format/frame/header-encode.js';
import { readFully, writeFully, writevFully } from '../../io/positional.js';
import type { JobControl } from '../job/job-control.js';
import { naming } from '../job/naming.js';
import type { CompressJob } from '../job/protocol.js';
import type { Waiting } from '../job/steps.js';
import type { RunUnit } from '../job/units.js';
import { storeLoaded } from './encode-planned.js';
import { readInPieces } from './read-raw.js';

/** Encodes one run and writes it; the last run completes the frame. */
export function* encodeRunUnit(
  kernels: Kernels,
  job: CompressJob,
  control: JobControl,
  unit: RunUnit,
  unitIndex: number,
): Waiting<void> {
  const frame = job.frames[unit.frameIndex] as FramePlan;
  if (frame.isStored) yield* storeRun(kernels, job, control, unit, unitIndex);
  else yield* new RunWriter(kernels, job, control, unit, frame).encode(unitIndex);
}

function* storeRun(
  kernels: Kernels,
  job: CompressJob,
  control: JobControl,
  unit: RunUnit,
  unitIndex: number,
): Waiting<void> {
  const { frameIndex, rawStart, rawEnd } = unit;
  const { rawOffset, rawBytes } = job.frames[frameIndex] as FramePlan;
  readFully(job.sourceFd, kernels.bytes.subarray(RAW, RAW + rawEnd - rawStart), rawOffset + rawStart);
  const { checksum, parts, encoding } = storeLoaded(kernels, rawEnd - rawStart);
  const offset = yield* control.takeOffset(unitIndex, rawEnd - rawStart);
  if (offset === undefined) return;
  naming(job.targetPath, () => writevFully(job.targetFd, parts, offset));
  control.records.setChecksum(frameIndex, rawStart / FRAME_RAW_BYTES, checksum);
  if (rawStart === 0) control.records.setFrame(frameIndex, offset, rawBytes, encoding);
}

class RunWriter {
  private readonly frameIndex: number;
  private readonly encoding: Encoding;
  private readonly tensor: TensorFrame;
  private readonly chunkCount: number;
  private readonly runCount: number;
  private readonly planeCount: number;
  /** Header and tables. */
  private readonly headBytes: number;
  /** A plane's share of the raw bytes: the room that each is given. */
  private readonly planeRawBytes: number;
  private readonly isFirst: boolean;
  private readonly isLast: boolean;

  constructor(
    private readonly kernels: Kernels,
    private readonly job: CompressJob,
    private readonly control: JobControl,
    private readonly unit: RunUnit,
    private readonly frame: FramePlan,
  ) {
    const { rawBytes, encoding, tensor } = frame;
    if (tensor === undefined || encoding === 'auto') {
      throw new ZnnError(
        'invalid-argument',
        'job: only the frame of a tensor of known encoding may be this large',
      );
    }
    this.frameIndex = unit.frameIndex;
    this.encoding = encoding;
    this.tensor = tensor;
    this.planeCount = ENCODINGS[encoding].planeCount;
    this.chunkCount = chunkCountOf(rawBytes, chunkBytesOf(encoding));
    this.runCount = Math.ceil(rawBytes / FRAME_RAW_BYTES);
    this.headBytes = frameHeaderBytes(tensor.shape) + tableBytesOf(this.planeCount, this.chunkCount);
    this.planeRawBytes = rawBytes / this.planeCount;
    this.isFirst = unit.rawStart === 0;
    this.isLast = unit.rawEnd === rawBytes;
  }

  *encode(unitIndex: number): Waiting<void> {
    const { kernels, control, unit, frameIndex } = this;
    const runBytes = unit.rawEnd - unit.rawStart;
    const rawAt = readInPieces(kernels, this.job.sourceFd, this.frame.rawOffset + unit.rawStart, runBytes);
    const run = encodeRun(kernels, runBytes, this.encoding, { rawAt });
    control.records.setChecksum(frameIndex, unit.rawStart / FRAME_RAW_BYTES, run.checksum);
    const chunkStart = unit.rawStart / chunkBytesOf(this.encoding);
    control.records.setStreams(frameIndex, this.chunkCount, chunkStart, run.streams);
    if (!(yield* control.takeTurn(unitIndex))) return;
    const frameOffset = control.advance(0);
    const placed = this.placePlanes(run, frameOffset);
    if (this.isLast) yield* this.finish(unitIndex, placed, frameOffset);
    else {
      control.endTurn(unitIndex);
      this.write(placed);
    }
  }

  /** Where the run's piece of each plane goes for now. */
  private placePlanes({ planes }: EncodedRun, frameOffset: number): PlacedPlane[] {
    if (this.isFirst) this.control.clearPlanes();
    return planes.map((bytes, planeIndex) => {
      const offset = this.planeRoom(frameOffset, planeIndex) + this.control.planeBytes(planeIndex);
      this.control.growPlane(planeIndex, bytes.length);
      return { bytes, offset };
    });
  }

  private planeRoom(frameOffset: number, planeIndex: number): number {
    return frameOffset + this.headBytes + planeIndex * this.planeRawBytes;
  }

  private write(placed: readonly PlacedPlane[]): void {
    const { targetFd, targetPath } = this.job;
    for (const { bytes, offset } of placed) naming(targetPath, () => writeFully(targetFd, bytes, offset));
    this.control.records.addWrittenRun(this.frameIndex);
  }

  /** The last run's turn. It lasts until nothing stands beyond the frame's end that a later frame could overwrite, or
   * that could overwrite it. */
  private *finish(unitIndex: number, placed: readonly PlacedPlane[], frameOffset: number): Waiting<void> {
    const { control } = this;
    const planeSizes = Array.from({ length: this.planeCount }, (_, i) => control.planeBytes(i));
    const frameBytes = planeSizes.reduce((sum, bytes) => sum + bytes, this.headBytes);
    const encodedBytes = frameBytes < this.tensor.limitBytes ? frameBytes : 0;
    const staysInPlace = planeSizes.slice(0, -1).every((bytes) => bytes === this.planeRawBytes);
    control.records.setFrame(this.frameIndex, frameOffset, encodedBytes, this.encoding);
    if (encodedBytes > 0 && staysInPlace) {
      control.advance(encodedBytes);
      control.endTurn(unitIndex);
      this.write(placed);
    } else {
      this.write(placed);
      if (!(yield* control.awaitWrittenRuns(this.frameIndex, this.runCount))) return;
      if (encodedBytes > 0) this.moveUp(planeSizes, frameOffset);
      control.advance(encodedBytes);
      control.endTurn(unitIndex);
    }
    if (encodedBytes > 0) this.writeHead(frameOffset, encodedBytes);
  }

  private moveUp(planeSizes: readonly number[], frameOffset: number): void {
    let target = frameOffset + this.headBytes;
    for (const [planeIndex, bytes] of planeSizes.entries()) {
      const { targetFd, targetPath } = this.job;
      const from = this.planeRoom(frameOffset, planeIndex);
      naming(targetPath, () => moveDown(this.kernels, targetFd, from, target, bytes));
      target += bytes;
    }
  }

  private writeHead(frameOffset: number, encodedBytes: number): void {
    const { frame, encoding, tensor, chunkCount, frameIndex } = this;
    const { rawBytes } = frame;
    const streams = Array.from({ length: this.planeCount }, (_, planeIndex) =>
      this.control.records.streamsOf(frameIndex, chunkCount, planeIndex),
    );
    const promisesFrameIndex = this.job.hasFrameIndex;
    const header = encodeFrameHeader({ encoding, rawBytes, encodedBytes, promisesFrameIndex, ...tensor });
    const { targetFd, targetPath } = this.job;
    const head = [header, encodeTables(streams, chunkCount)];
    naming(targetPath, () => writevFully(targetFd, head, frameOffset));
  }
}

interface PlacedPlane {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** Moves `bytes` bytes of a file towards its start, by way of the memory at RAW. From the first to the last, so that source
 * and target may overlap. */
function moveDown(kernels: Kernels, fd: number, from: number, to: number, bytes: number): void {
  if (from === to) return;
  for (let done = 0; done < bytes; done += FRAME_RAW_BYTES) {
    const piece = kernels.bytes.subarray(RAW, RAW + Math.min(FRAME_RAW_BYTES, bytes - done));
    readFully(fd, piece, from + done);
    writeFully(fd, piece, to + done);
  }
}

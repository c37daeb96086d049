import type { Kernels } from '../../codec/kernels.js';
import { RAW } from '../../codec/memory.js';
import { toZnnError } from '../../errors.js';
import { FRAME_RAW_BYTES } from '../../format/frame/constants.js';
import { readFully, writeFully } from '../../io/positional.js';
import type { JobControl } from '../job/job-control.js';
import { naming } from '../job/naming.js';
import type { CompressJob } from '../job/protocol.js';
import type { Waiting } from '../job/steps.js';
import type { BatchUnit } from '../job/units.js';
import { encodePlanned } from './encode-planned.js';

/** Encodes many small tensors with one read, one turn and one write. */
export class BatchEncoder {
  private readonly source = new Uint8Array(FRAME_RAW_BYTES);
  /** A tensor is written as it is or smaller, so the output of a batch is no larger than its source. */
  private readonly output = new Uint8Array(FRAME_RAW_BYTES);

  constructor(
    private readonly kernels: Kernels,
    private readonly job: CompressJob,
    private readonly control: JobControl,
  ) {}

  /** @throws ZnnError with `where.frame` */
  *encode({ frameStart, frameEnd }: BatchUnit, unitIndex: number): Waiting<void> {
    const { job, control } = this;
    const frames = job.frames.slice(frameStart, frameEnd);
    const sourceStart = frames[0]?.rawOffset ?? 0;
    // Stored tensors stand by their alignment: the last is not always the one that ends last.
    const sourceEnd = frames.reduce(
      (end, frame) => Math.max(end, frame.rawOffset + frame.rawBytes),
      sourceStart,
    );
    readFully(job.sourceFd, this.source.subarray(0, sourceEnd - sourceStart), sourceStart);
    let outputBytes = 0;
    const encoded = frames.map((frame, i) => {
      const frameIndex = frameStart + i;
      try {
        const start = frame.rawOffset - sourceStart;
        this.kernels.bytes.set(this.source.subarray(start, start + frame.rawBytes), RAW);
        const { parts, encodedBytes, encoding, checksum } = encodePlanned(this.kernels, frame, job);
        control.records.setChecksum(frameIndex, 0, checksum);
        const outputStart = outputBytes;
        for (const part of parts) {
          this.output.set(part, outputBytes);
          outputBytes += part.length;
        }
        return { frameIndex, outputStart, encodedBytes, encoding };
      } catch (error) {
        throw toZnnError(error, { frame: frameIndex, offset: frame.rawOffset });
      }
    });
    const offset = yield* control.takeOffset(unitIndex, outputBytes);
    if (offset === undefined) return;
    const output = this.output.subarray(0, outputBytes);
    naming(job.targetPath, () => writeFully(job.targetFd, output, offset));
    for (const { frameIndex, outputStart, encodedBytes, encoding } of encoded) {
      control.records.setFrame(frameIndex, offset + outputStart, encodedBytes, encoding);
    }
  }
}

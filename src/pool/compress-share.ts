// One worker's share of a compression: it takes frame after frame until none is left.

import { encodeFrame } from '../codec/encode-frame.js';
import type { Kernels } from '../codec/kernels.js';
import { RAW } from '../codec/memory.js';
import { toZnnError } from '../errors.js';
import { readFully, writevFully } from '../io/positional.js';
import type { JobControl } from './job-control.js';
import { naming } from './naming.js';
import type { CompressJob } from './protocol.js';

/** Encodes frames of the job until all are taken or the job is aborted.
 * @throws ZnnError with `where.frame` and `where.offset` */
export function shareCompressJob(kernels: Kernels, job: CompressJob, control: JobControl): void {
  for (let frameIndex = control.takeUnit(); ; frameIndex = control.takeUnit()) {
    const frame = job.frames[frameIndex];
    if (frame === undefined) return;
    try {
      readFully(job.sourceFd, kernels.bytes.subarray(RAW, RAW + frame.rawBytes), frame.rawOffset);
      const encoded = encodeFrame(kernels, frame.rawBytes, frame.encoding, job.hasFrameIndex);
      const offset = control.takeOffset(frameIndex, encoded.encodedBytes);
      if (offset === undefined) return;
      naming(job.targetPath, () => writevFully(job.targetFd, encoded.parts, offset));
      control.recordFrame(frameIndex, { ...encoded, frameOffset: offset });
    } catch (error) {
      throw toZnnError(error, { frame: frameIndex, offset: frame.rawOffset });
    }
    control.addDone(frame.rawBytes);
  }
}

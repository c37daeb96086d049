import type { DecodeFrame } from '../format/frame/frames.js';
import type { SafetensorsTensor } from '../format/safetensors/header.js';
import type { DtypeInfo, TensorInfo } from './file-info.js';

/** What each tensor takes of the compressed file. Tensors and frames both stand in the order of their bytes.
 * @param frames none for a file that is not compressed */
export function tensorShares(
  tensors: readonly SafetensorsTensor[],
  frames: readonly DecodeFrame[] | undefined,
): TensorInfo[] {
  let firstFrame = 0;
  return tensors.map(({ name, dtype, shape, fileStart, fileEnd }) => {
    const originalBytes = fileEnd - fileStart;
    const info = { name, dtype, shape, originalBytes };
    if (frames === undefined) return info;
    while (endOf(frames[firstFrame]) <= fileStart) firstFrame++;
    let compressedBytes = 0;
    for (let i = firstFrame; i < frames.length; i++) {
      const frame = frames[i];
      if (frame === undefined || frame.rawOffset >= fileEnd) break;
      const sharedBytes = Math.min(endOf(frame), fileEnd) - Math.max(frame.rawOffset, fileStart);
      compressedBytes += (frame.encodedBytes * sharedBytes) / frame.rawBytes;
    }
    return { ...info, compressedBytes: Math.round(compressedBytes) };
  });
}

/** Tensors summed up by dtype, largest first. */
export function sumByDtype(tensors: readonly TensorInfo[]): DtypeInfo[] {
  const sums = new Map<string, DtypeInfo>();
  for (const { dtype, originalBytes, compressedBytes } of tensors) {
    const sum = sums.get(dtype) ?? { dtype, tensorCount: 0, originalBytes: 0 };
    sums.set(dtype, {
      dtype,
      tensorCount: sum.tensorCount + 1,
      originalBytes: sum.originalBytes + originalBytes,
      ...(compressedBytes !== undefined && { compressedBytes: (sum.compressedBytes ?? 0) + compressedBytes }),
    });
  }
  return [...sums.values()].sort((one, other) => other.originalBytes - one.originalBytes);
}

function endOf(frame: DecodeFrame | undefined): number {
  return frame === undefined ? Number.POSITIVE_INFINITY : frame.rawOffset + frame.rawBytes;
}

import type { PlaneLayout } from '../../format/frame/dtypes.js';
import type { RunningChecksum } from '../checksum.js';
import type { Kernels } from '../kernels.js';
import { CHECKSUM_STATE } from '../memory.js';

/** Splits `rawBytes` bytes at `raw` into planes at `targets`, one address a plane; for one plane that is a copy. The checksum, if
 * any, takes them in. */
export function splitChunk(
  { exports, bytes }: Kernels,
  layout: PlaneLayout,
  raw: number,
  rawBytes: number,
  targets: readonly number[],
  checksum?: RunningChecksum,
): void {
  const plane0 = targets[0] ?? 0;
  const plane1 = targets[1] ?? 0;
  const plane2 = targets[2] ?? 0;
  const plane3 = targets[3] ?? 0;
  if (checksum !== undefined && layout.planeCount === 2 && layout.rotated) {
    exports.splitSummed16(raw, rawBytes, plane0, plane1, CHECKSUM_STATE);
    checksum.tookStripes(raw, rawBytes);
    return;
  }
  checksum?.update(raw, rawBytes);
  const rotated = Number(layout.rotated);
  if (layout.planeCount === 1) bytes.copyWithin(plane0, raw, raw + rawBytes);
  else if (layout.planeCount === 2) exports.split16(raw, rawBytes, plane0, plane1, rotated);
  else exports.split32(raw, rawBytes, plane0, plane1, plane2, plane3, rotated);
}

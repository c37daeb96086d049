import type { PlaneLayout } from '../format/dtypes.js';
import type { Kernels } from './kernels.js';

/** Splits `rawBytes` bytes at `raw` into planes at `targets`, one address a plane; for one plane that is a copy. */
export function splitChunk(
  { exports, bytes }: Kernels,
  layout: PlaneLayout,
  raw: number,
  rawBytes: number,
  targets: readonly number[],
): void {
  const plane0 = targets[0] ?? 0;
  const plane1 = targets[1] ?? 0;
  const plane2 = targets[2] ?? 0;
  const plane3 = targets[3] ?? 0;
  const rotated = Number(layout.rotated);
  if (layout.planeCount === 1) bytes.copyWithin(plane0, raw, raw + rawBytes);
  else if (layout.planeCount === 2) exports.split16(raw, rawBytes, plane0, plane1, rotated);
  else exports.split32(raw, rawBytes, plane0, plane1, plane2, plane3, rotated);
}

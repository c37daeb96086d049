import type { ByteSource } from '../../sources/byte-source.js';
import type { FileEnd } from './file-end.js';

// Superblock of HDF5: https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
const VERSION_AT = 8;
/** Versions 0 and 1, 2 and 3: where the width of addresses stands, and where the first address does. */
const LAYOUTS = [
  { widthAt: 13, addressesAt: 24 },
  { widthAt: 13, addressesAt: 28 },
  { widthAt: 9, addressesAt: 12 },
  { widthAt: 9, addressesAt: 12 },
] as const;
/** The base address, that of something else, and the end of file. */
const END_INDEX = 2;
const SUPERBLOCK_BYTES = 96;

/** Where the HDF5 file behind `source` ends, by its superblock; `undefined` where that does not say.
 * @throws ZnnError `io` when reading fails */
export function hdf5End({ sizeBytes, read }: ByteSource): FileEnd | undefined {
  const bytes = read(0, Math.min(sizeBytes, SUPERBLOCK_BYTES));
  const layout = LAYOUTS[bytes[VERSION_AT] ?? LAYOUTS.length];
  if (layout === undefined) return undefined;
  const width = bytes[layout.widthAt];
  const at = layout.addressesAt + END_INDEX * (width ?? 0);
  if ((width !== 4 && width !== 8) || at + width > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = width === 8 ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true);
  return Number.isSafeInteger(end) ? end : undefined;
}

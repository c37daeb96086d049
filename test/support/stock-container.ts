import { readFileSync } from 'node:fs';
import { METADATA_KEY } from '../../src/format/safetensors/entry.js';
import { concatBytes } from './bytes.js';
import { safetensorsHeader } from './safetensors.js';

/** A golden `.znn.safetensors` of the stock package: six tensors compressed, the last few not. */
export const STOCK_CONTAINER: Uint8Array = Uint8Array.from(
  readFileSync('test/golden/containers/stock.znn.safetensors'),
);

type Entry = { dtype: string; shape: number[]; data_offsets: [number, number] };
type Header = Record<string, Entry> & { [METADATA_KEY]?: Record<string, string> };

/** A safetensors file with its header changed, and its data too. */
export function edited(
  bytes: Uint8Array,
  edit: (header: Header, data: Uint8Array) => Header | undefined,
): Uint8Array {
  const jsonBytes = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + jsonBytes))) as Header;
  const data = bytes.slice(8 + jsonBytes);
  const changed = edit(header, data) ?? header;
  return concatBytes(safetensorsHeader(JSON.stringify(changed)), data);
}

/** The same with other metadata. */
export function withMetadata(
  bytes: Uint8Array,
  edit: (metadata: Record<string, string>) => Record<string, string> | undefined,
): Uint8Array {
  return edited(bytes, ({ [METADATA_KEY]: metadata = {}, ...tensors }) => {
    const changed = edit({ ...metadata });
    return { ...(changed && { [METADATA_KEY]: changed }), ...tensors } as Header;
  });
}

/** Every pair of BF16, or every F32, with the sign moved below the exponent: as ZipNN leaves its input. */
export function rotated(bytes: Uint8Array, dtype: 'BF16' | 'F32'): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (let offset = 0; offset + 4 <= copy.length; offset += 4) {
    const word = view.getUint32(offset, true);
    const turned =
      dtype === 'BF16'
        ? ((word << 1) & 0xff00ff00) | ((word >>> 8) & 0x00800080) | (word & 0x007f007f)
        : ((word << 1) & 0xff000000) | ((word >>> 8) & 0x00800000) | (word & 0x007fffff);
    view.setUint32(offset, turned >>> 0, true);
  }
  return copy;
}

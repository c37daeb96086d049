import { concatBytes, u64Bytes, utf8 } from './bytes.js';

export interface TensorSpec {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** The length and JSON of a safetensors file, padded as the library pads it. */
export function safetensorsHeader(json: string): Uint8Array {
  const body = utf8(json);
  return concatBytes(Uint8Array.from(u64Bytes(BigInt(body.length))), body);
}

/** The header for tensors in this order. */
export function headerOf(
  tensors: readonly TensorSpec[],
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  let end = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }) => {
    const start = end;
    end += bytes;
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [start, end] })}`;
  });
  if (metadata !== undefined) entries.unshift(`"__metadata__":${JSON.stringify(metadata)}`);
  return safetensorsHeader(`{${entries.join(',')}}`);
}

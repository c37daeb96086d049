// How an element's bytes become planes, and the dtype codes that say so in a frame header.

/** How a frame's raw bytes become planes: what the decoder needs to know. */
export interface PlaneLayout {
  /** Planes, and bytes of one element. */
  readonly planeCount: 1 | 2 | 4;
  /** The sign bit is moved below the exponent, so that the top plane holds nothing but exponent. */
  readonly rotated: boolean;
}

/** What znn writes: each encoding is one combination of header bytes that stock zipnn decodes. */
export type Encoding = 'bytes' | 'bf16' | 'f16' | 'f32' | 'i32';

/** `auto` lets the encoder choose by a sample of the frame. */
export type EncodingChoice = Encoding | 'auto';

interface EncodingHeader extends PlaneLayout {
  /** Byte 15 of the frame header. */
  readonly dtypeCode: number;
  /** Byte 5 of the frame header. */
  readonly byteReorder: number;
}

/** `bytes` borrows the code of float8_e4m3fn, and `i32` that of float32 without the rotation: the stock decoder looks
 * only at the number of planes and the bit reorder byte. */
export const ENCODINGS: Readonly<Record<Encoding, EncodingHeader>> = {
  bytes: { planeCount: 1, rotated: false, dtypeCode: 29, byteReorder: 10 },
  bf16: { planeCount: 2, rotated: true, dtypeCode: 6, byteReorder: 10 },
  f16: { planeCount: 2, rotated: false, dtypeCode: 4, byteReorder: 10 },
  f32: { planeCount: 4, rotated: true, dtypeCode: 1, byteReorder: 220 },
  i32: { planeCount: 4, rotated: false, dtypeCode: 1, byteReorder: 220 },
};

/** Byte 15 of the frame header → name and number of planes; 2 and 5 are ZipNN's aliases of 1 and 4. */
export const DTYPE_CODES: ReadonlyMap<number, { readonly name: string; readonly planeCount: 1 | 2 | 4 }> =
  new Map([
    [1, { name: 'float32', planeCount: 4 }],
    [2, { name: 'float32', planeCount: 4 }],
    [4, { name: 'float16', planeCount: 2 }],
    [5, { name: 'float16', planeCount: 2 }],
    [6, { name: 'bfloat16', planeCount: 2 }],
    [29, { name: 'float8_e4m3fn', planeCount: 1 }],
    [30, { name: 'float8_e5m2', planeCount: 1 }],
  ]);

/** The encoding of a safetensors dtype's frames. A dtype not listed, of today or to come, is `auto`. */
export function encodingOfSafetensorsDtype(dtype: string): EncodingChoice {
  if (dtype === 'BF16') return 'bf16';
  if (dtype === 'F16') return 'f16';
  if (dtype === 'F32') return 'f32';
  return 'auto';
}

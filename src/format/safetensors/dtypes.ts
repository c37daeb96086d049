const BITS_PER_ELEMENT: ReadonlyMap<string, number> = new Map([
  ['F4', 4],
  ['F6_E2M3', 6],
  ['F6_E3M2', 6],
  ['BOOL', 8],
  ['U8', 8],
  ['I8', 8],
  ['F8_E5M2', 8],
  ['F8_E4M3', 8],
  ['F8_E8M0', 8],
  ['F8_E4M3FNUZ', 8],
  ['F8_E5M2FNUZ', 8],
  ['I16', 16],
  ['U16', 16],
  ['F16', 16],
  ['BF16', 16],
  ['I32', 32],
  ['U32', 32],
  ['F32', 32],
  ['C64', 64],
  ['F64', 64],
  ['I64', 64],
  ['U64', 64],
]);

/** Bits of one element, which for F4 and F6 are less than a byte; undefined for a dtype unknown today, whose length
 * only its offsets tell. */
export function bitsPerElement(dtype: string): number | undefined {
  return BITS_PER_ELEMENT.get(dtype);
}

/** Names that torch gives to the dtypes that stock readers can restore, and a few more that say what was compressed. */
const TORCH_NAMES: ReadonlyMap<string, string> = new Map([
  ['BF16', 'bfloat16'],
  ['F16', 'float16'],
  ['F32', 'float32'],
  ['F8_E4M3', 'float8_e4m3fn'],
  ['F8_E5M2', 'float8_e5m2'],
  ['F64', 'float64'],
  ['BOOL', 'bool'],
  ['U8', 'uint8'],
  ['I8', 'int8'],
  ['I16', 'int16'],
  ['I32', 'int32'],
  ['I64', 'int64'],
]);

/** Torch's name of a safetensors dtype; where it has none, or none is known here, the dtype itself in small letters. */
export function torchNameOf(dtype: string): string {
  return TORCH_NAMES.get(dtype) ?? dtype.toLowerCase();
}

/** Bytes at whose multiples a tensor's data should begin; 1 where an element is no whole number of bytes, or unknown. */
export function alignmentOf(dtype: string): number {
  const bits = bitsPerElement(dtype) ?? 8;
  return bits % 8 === 0 ? bits / 8 : 1;
}

/** The safetensors dtype of a torch name; the name itself if torch has none such. */
export function safetensorsNameOf(torchName: string): string {
  for (const [dtype, name] of TORCH_NAMES) if (name === torchName) return dtype;
  return torchName;
}

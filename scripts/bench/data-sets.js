// The seeded model files that everything is measured on. The same seed and size give the same bytes on every machine.
import { createRandom, dataMakers, lazyTensor, writeSafetensors } from '../fixtures.js';

const COLUMNS = 4096;
/** Raw bytes of a tensor, about: 4096 × 4096 BF16 weights, as in models of 7 billion. */
const TENSOR_BYTES = 32 << 20;
const DEFAULT_SEED = 4;

/** @typedef {'bf16' | 'f16' | 'f32' | 'bytes'} CodecEncoding */
/**
 * @typedef {object} DataSet
 * @property {string} id
 * @property {string} label
 * @property {string} stockDtype what stock zipnn's scripts are told
 * @property {CodecEncoding} [encoding] of all frames, where it is one; else the codec alone is not measured
 * @property {(filePath: string, fileBytes: number, seed?: number) => void} write makes a file of about that size
 */
/** @typedef {ReturnType<typeof dataMakers>} Makers */
/** @typedef {{ dtype: Parameters<typeof lazyTensor>[1], bytes: number, maker: import('../fixtures.js').DataMaker }} Part */

/** F32 that came from F16: each of the 65,536 values, looked up. @param {Makers} make */
function cleanF32FromF16(make) {
  const words = Uint32Array.from({ length: 1 << 16 }, (_, half) => {
    const [sign, exponent, mantissa] = [half >>> 15, (half >>> 10) & 31, half & 0x3ff];
    // The makers give no subnormal numbers and no infinities, so an exponent of 0 is a zero.
    const magnitude = exponent === 0 ? 0 : ((exponent - 15 + 127) << 23) | (mantissa << 13);
    return ((sign << 31) | magnitude) >>> 0;
  });
  return (/** @type {number} */ count) => {
    const halves = make.f16(count);
    const values = new Uint16Array(halves.buffer, halves.byteOffset, count);
    return new Uint8Array(Uint32Array.from(values, (half) => words[half] ?? 0).buffer);
  };
}

/** One layer after the other, each of the same parts, until the file is full.
 * @param {(make: Makers, random: import('../fixtures.js').Random) => readonly Part[]} partsOf */
function layers(partsOf) {
  return (/** @type {string} */ filePath, /** @type {number} */ fileBytes, seed = DEFAULT_SEED) => {
    const random = createRandom(seed);
    const parts = partsOf(dataMakers(random), random);
    const layerBytes = parts.reduce((sum, { bytes }) => sum + bytes, 0);
    const layerCount = Math.max(1, Math.round(fileBytes / layerBytes));
    // A file smaller than one layer gets a thinner one.
    const scale = Math.min(1, fileBytes / layerBytes);
    const tensors = Array.from({ length: layerCount }, (_, layer) =>
      parts.map(({ dtype, bytes, maker }, part) => {
        const elementBytes = lazyTensor('', dtype, [1], maker).byteCount;
        const rows = Math.max(1, Math.round((bytes * scale) / elementBytes / COLUMNS));
        return lazyTensor(`model.layers.${layer}.part${part}.weight`, dtype, [rows, COLUMNS], maker);
      }),
    ).flat();
    writeSafetensors(filePath, tensors);
  };
}

/** @type {readonly DataSet[]} */
export const SEEDED_DATA_SETS = [
  {
    id: 'bf16',
    label: 'BF16',
    stockDtype: 'bfloat16',
    encoding: 'bf16',
    write: layers(({ bf16 }) => [{ dtype: 'BF16', bytes: TENSOR_BYTES, maker: bf16 }]),
  },
  {
    id: 'f16',
    label: 'F16',
    stockDtype: 'float16',
    encoding: 'f16',
    write: layers(({ f16 }) => [{ dtype: 'F16', bytes: TENSOR_BYTES, maker: f16 }]),
  },
  {
    id: 'f32',
    label: 'F32',
    stockDtype: 'float32',
    encoding: 'f32',
    write: layers(({ f32 }) => [{ dtype: 'F32', bytes: TENSOR_BYTES, maker: f32 }]),
  },
  {
    id: 'clean-f32-bf16',
    label: 'F32 from BF16',
    stockDtype: 'float32',
    encoding: 'f32',
    write: layers(({ cleanF32 }) => [{ dtype: 'F32', bytes: TENSOR_BYTES, maker: cleanF32 }]),
  },
  {
    id: 'clean-f32-f16',
    label: 'F32 from F16',
    stockDtype: 'float32',
    encoding: 'f32',
    write: layers((make) => [{ dtype: 'F32', bytes: TENSOR_BYTES, maker: cleanF32FromF16(make) }]),
  },
  {
    id: 'f8',
    label: 'F8_E4M3',
    stockDtype: 'float8_e4m3fn',
    encoding: 'bytes',
    write: layers(({ f8e4m3 }) => [{ dtype: 'F8_E4M3', bytes: TENSOR_BYTES, maker: f8e4m3 }]),
  },
  {
    id: 'int4',
    label: 'INT4 with scales',
    // The stock package has no type for it; its byte-wise one serves best.
    stockDtype: 'float8_e4m3fn',
    encoding: 'bytes',
    write: layers(({ int4, bf16 }) => [
      { dtype: 'U8', bytes: TENSOR_BYTES, maker: int4 },
      // A scale for each group of 128 weights.
      { dtype: 'BF16', bytes: TENSOR_BYTES / 32, maker: bf16 },
    ]),
  },
  {
    id: 'mixed',
    label: 'mixed dtypes',
    // What its scripts take when they are told nothing.
    stockDtype: 'bfloat16',
    write: layers((make) => [
      { dtype: 'BF16', bytes: TENSOR_BYTES, maker: make.bf16 },
      { dtype: 'F8_E4M3', bytes: TENSOR_BYTES / 2, maker: make.f8e4m3 },
      { dtype: 'U8', bytes: TENSOR_BYTES / 4, maker: make.int4 },
      { dtype: 'F8_E8M0', bytes: TENSOR_BYTES / 64, maker: make.e8m0 },
      { dtype: 'F32', bytes: TENSOR_BYTES / 8, maker: make.f32 },
      { dtype: 'F16', bytes: TENSOR_BYTES / 8, maker: make.f16 },
      { dtype: 'I64', bytes: TENSOR_BYTES / 64, maker: make.i64 },
    ]),
  },
];

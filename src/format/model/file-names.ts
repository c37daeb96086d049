/** What compression makes of a file: `x.znn`, or `x.znn.safetensors`. */
export type OutputFormat = 'znn' | 'safetensors';

// Which files of a model folder are which, by their names.

export const COMPRESSED_SUFFIX = '.znn';
const SAFETENSORS_SUFFIX = '.safetensors';
const CONTAINER_SUFFIX = COMPRESSED_SUFFIX + SAFETENSORS_SUFFIX;

/** Weights by their suffixes: of safetensors and PyTorch, GGUF and GGML, ONNX and TensorFlow, Keras and Flax, NumPy, NeMo, Paddle,
 * Caffe, diffusers. */
const WEIGHT_SUFFIX =
  /\.(safetensors|sft|bin|pt|pth|pth\.tar|pt2|ptl|ckpt|distcp|gguf|ggml|onnx|h5|hdf5|keras|tflite|msgpack|npz|npy|nemo|pdparams|pdiparams|caffemodel|dduf)$/i;
/** Weights by more than a suffix. */
const WEIGHT_NAMES: readonly RegExp[] = [
  // What an ONNX model keeps outside: `model.onnx.data`, `model.onnx_data_1`, and of Stable Diffusion `weights.pb`.
  /\.onnx[._]data([._-]?\d+)?$/i,
  /^weights\.pb$/i,
  // Shards of TensorFlow.
  /\.data-\d{5}-of-\d{5}$/i,
  // Parts of a file that was too large for one, to be joined.
  /\.gguf(-split-[a-z]|\.part\d+of\d+|\.part[-.]?[a-z])$/i,
  // Before GGUF, and without a suffix: `ggml-model-q4_0`, `ggml-vicuna-13b-1.1-f16`.
  /^ggml-([^.]+|.*[-.](i?q\d\w*|b?f(16|32)))$/i,
];

/** A loader opens these by their names, and they hold next to nothing. */
const NEVER_WEIGHT_NAMES: readonly RegExp[] = [
  /\.index(\..*)?\.json$/is,
  /^(config|.*_config|model_index)\.json$/is,
  /^tokenizer.*\.(json|model|bin|txt|msgpack|npz|npy)$/is,
  /^(special_tokens_map|added_tokens)\.json$/i,
  /^(merges\.txt|spiece\.model|\.gitattributes)$/i,
  /^vocab\.|\.tiktoken$/i,
];

/** What macOS and netatalk keep beside or below a file on disks that have no place for its attributes. Whatever else the name
 * says is said of that file. */
const SIDECAR_NAME = /(^|[\\/])(\._[^\\/]*|\.AppleDouble[\\/].*)$/s;

const VARIANT_INDEX_SUFFIX = '.safetensors.index.znn.json';
const PLAIN_INDEX_SUFFIX = '.safetensors.index.json';
const INDEX_NAME = /^(.+)\.index(\..+)?\.json$/is;

/** `model.safetensors.index.json`, `tf_model.h5.index.json` and so on, or one of a variant (`….index.fp16.json`): an index is
 * named after its shards. */
export function isIndexName(filePath: string): boolean {
  const shardName = INDEX_NAME.exec(baseNameOf(filePath))?.[1] ?? '';
  return isWeightName(shardName) && !isSidecarName(filePath);
}

/** Whether the name is that of a sidecar of another file: `._model.safetensors`. */
export function isSidecarName(filePath: string): boolean {
  return SIDECAR_NAME.test(filePath);
}

/** Whether a file of a folder is to be compressed, unless `--include` says otherwise. */
export function isWeightName(filePath: string): boolean {
  const name = baseNameOf(filePath);
  return WEIGHT_SUFFIX.test(name) || WEIGHT_NAMES.some((pattern) => pattern.test(name));
}

/** Whether the name is none of a weight file, whatever `--include` says. */
export function isNeverWeightName(filePath: string): boolean {
  const name = baseNameOf(filePath);
  return isSidecarName(filePath) || NEVER_WEIGHT_NAMES.some((pattern) => pattern.test(name));
}

/** Whether the name says that the file was made by znn or ZipNN. */
export function isCompressedName(filePath: string): boolean {
  const hasSuffix = filePath.endsWith(COMPRESSED_SUFFIX) || filePath.endsWith(CONTAINER_SUFFIX);
  return hasSuffix && !isSidecarName(filePath);
}

/** Whether the name is that of a file that can become `.znn.safetensors`. */
export function isSafetensorsName(filePath: string): boolean {
  return filePath.endsWith(SAFETENSORS_SUFFIX);
}

/** The name of what a file becomes: `x.safetensors.znn`, or `x.znn.safetensors`. */
export function compressedPathOf(filePath: string, format: OutputFormat): string {
  if (format === 'znn' || !isSafetensorsName(filePath)) return filePath + COMPRESSED_SUFFIX;
  return filePath.slice(0, -SAFETENSORS_SUFFIX.length) + CONTAINER_SUFFIX;
}

/** `model.safetensors.index.json` → `model.safetensors.index.znn.json`, which loaders read for the variant "znn"; `undefined`
 * for any other index. */
export function variantIndexPathOf(indexPath: string): string | undefined {
  if (!indexPath.endsWith(PLAIN_INDEX_SUFFIX) || isSidecarName(indexPath)) return undefined;
  return indexPath.slice(0, -PLAIN_INDEX_SUFFIX.length) + VARIANT_INDEX_SUFFIX;
}

/** The way back. */
export function plainIndexPathOf(indexPath: string): string | undefined {
  if (!indexPath.endsWith(VARIANT_INDEX_SUFFIX) || isSidecarName(indexPath)) return undefined;
  return indexPath.slice(0, -VARIANT_INDEX_SUFFIX.length) + PLAIN_INDEX_SUFFIX;
}

/** The name without its `.znn`, or `undefined` where there is none to take away. */
export function restoredPathOf(filePath: string): string | undefined {
  const name = baseNameOf(filePath);
  if (name === COMPRESSED_SUFFIX || name === CONTAINER_SUFFIX) return undefined;
  if (name.endsWith(COMPRESSED_SUFFIX)) return filePath.slice(0, -COMPRESSED_SUFFIX.length);
  if (!name.endsWith(CONTAINER_SUFFIX)) return undefined;
  return filePath.slice(0, -CONTAINER_SUFFIX.length) + SAFETENSORS_SUFFIX;
}

/** The name without any `.znn`. */
export function plainNameOf(fileName: string): string {
  const restored = restoredPathOf(fileName);
  return restored === undefined ? fileName : plainNameOf(restored);
}

/** A pattern as the user writes it → as fast-glob reads it, relative to the folder: a name alone means that name at any
 * depth, and a folder means all that is in it. */
export function globOf(pattern: string): string {
  const cleaned = pattern.replace(/^\.\//, '');
  if (cleaned.endsWith('/')) return `${cleaned}**`;
  return cleaned.includes('/') ? cleaned : `**/${cleaned}`;
}

/** The last part of a path, whichever system it is of. */
export function baseNameOf(filePath: string): string {
  return filePath.slice(Math.max(filePath.lastIndexOf('/'), filePath.lastIndexOf('\\')) + 1);
}

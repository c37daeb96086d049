import path from 'node:path';

// Which files of a model folder are which, by their names.

export const COMPRESSED_SUFFIX = '.znn';

/** Weight files in a folder, unless `--include` says otherwise. */
export const WEIGHT_PATTERNS: readonly string[] = [
  ...['*.safetensors', '*.bin', '*.pt', '*.pth', '*.ckpt'],
  ...['*.gguf', '*.onnx', '*.onnx_data', '*.h5'],
];

/** Never weights, whatever `--include` says. A loader opens these by their names, and they hold next to nothing. */
export const NEVER_WEIGHT_PATTERNS: readonly string[] = [
  '*.index.json',
  '*.index.*.json',
  ...['config.json', '*_config.json', 'preprocessor_config.json', 'model_index.json'],
  ...['tokenizer*.json', 'tokenizer*.model', 'tokenizer*.bin', 'tokenizer*.txt', '*.tiktoken'],
  '.gitattributes',
  ...['vocab.*', 'merges.txt', 'special_tokens_map.json', 'added_tokens.json', 'spiece.model'],
];

const INDEX_NAME = /\.(safetensors|bin)\.index(\.[^.]+)?\.json$/;

/** `model.safetensors.index.json`, `pytorch_model.bin.index.json`, or one of a variant (`….index.fp16.json`). */
export function isIndexName(filePath: string): boolean {
  return INDEX_NAME.test(path.basename(filePath));
}

/** Whether the name says that the file was made by znn or ZipNN. */
export function isCompressedName(filePath: string): boolean {
  return filePath.endsWith(COMPRESSED_SUFFIX) || filePath.endsWith('.znn.safetensors');
}

export function compressedPathOf(filePath: string): string {
  return filePath + COMPRESSED_SUFFIX;
}

/** The name without `.znn`, or `undefined` where there is none to take away. */
export function restoredPathOf(filePath: string): string | undefined {
  if (!filePath.endsWith(COMPRESSED_SUFFIX) || path.basename(filePath) === COMPRESSED_SUFFIX)
    return undefined;
  return filePath.slice(0, -COMPRESSED_SUFFIX.length);
}

/** A pattern as the user writes it → as fast-glob reads it, relative to the folder: a name alone means that name at any
 * depth, and a folder means all that is in it. */
export function globOf(pattern: string): string {
  const cleaned = pattern.replace(/^\.\//, '');
  if (cleaned.endsWith('/')) return `${cleaned}**`;
  return cleaned.includes('/') ? cleaned : `**/${cleaned}`;
}

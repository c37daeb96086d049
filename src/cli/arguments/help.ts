/** Examples of each command's help: what to type, and what it does. */
export const EXAMPLES = {
  compress: [
    ['znn compress model.safetensors', 'writes model.safetensors.znn beside it'],
    ['znn compress my-model/ -o small/', 'converts a model folder into another, index included'],
    ['znn compress --rm my-model/', 'in place: originals are removed once all outputs are checked'],
    ['znn compress --rm=each my-model/', 'the same one by one, where there is no space for both'],
    ["znn compress 'shards/*.safetensors' -T4", 'four threads, every file that matches'],
    ['znn compress --format safetensors my-model/ -o small/', 'for zipnn_safetensors(): x.znn.safetensors'],
    ['znn compress --model org/name -o small/', 'a model from the Hugging Face cache, which is only read'],
    ['znn compress --dry-run --json my-model/', 'prints the plan, one JSON object a file'],
  ],
  decompress: [
    ['znn decompress model.safetensors.znn', 'writes model.safetensors beside it'],
    ['znn decompress small/ -o my-model/', 'restores a whole folder, byte for byte'],
    ['znn decompress --rm my-model/', 'in place: .znn files are removed once all outputs are checked'],
    ['znn decompress weights.znn -o weights.bin', 'names the output'],
  ],
  verify: [
    ['znn verify small/', 'decodes everything, writes nothing'],
    ['znn verify --json model.safetensors.znn', 'for scripts; exit code 3 means corrupt'],
  ],
  info: [
    ['znn info model.safetensors.znn', 'sizes, frames, dtypes, largest tensors'],
    ['znn info -v model.safetensors', 'every tensor'],
    ['znn info --json small/', 'one JSON object a file'],
  ],
  check: [
    ['znn check my-model/', 'do index, shards, headers and tensors agree?'],
    ['znn check --json *.znn.safetensors', 'for scripts; exit code 1 for defects, 3 for damage'],
    [
      'znn check --repair old.znn.safetensors -o new.znn.safetensors',
      'rebuilds the list of compressed tensors',
    ],
  ],
  'cache restore': [
    ['znn cache restore --model org/name --dry-run', 'says what it would do'],
    ['znn cache restore --model org/name', 'restored files take the place of .znn files in the snapshot'],
    ['znn cache restore --model org/name --revision v2 --rm', 'and .znn blobs that nothing links to go'],
  ],
} as const satisfies Record<string, readonly (readonly [command: string, meaning: string])[]>;

/** The section "Examples" of a help text. */
export function examplesSection(command: keyof typeof EXAMPLES): string {
  const width = Math.max(...EXAMPLES[command].map(([line]) => line.length));
  const lines = EXAMPLES[command].map(([line, meaning]) => `  ${line.padEnd(width)}  ${meaning}`);
  return ['', 'Examples:', ...lines].join('\n');
}

export const EXIT_CODES_SECTION = `
Exit codes:
  0 all done (up to date and skipped count)   1 some file failed   2 usage
  3 a file is corrupt or cut short            129, 130, 143 stopped by a signal`;

import { chmodSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { geometricBytes } from './distributions.js';
import { fileTree } from './file-tree.js';

/** A safetensors file with one BF16 tensor of about `tensorBytes` bytes. */
export function safetensorsFile(seed: number, tensorBytes: number): Uint8Array {
  const weights = geometricBytes(seed, tensorBytes & ~1, 60, 1.4);
  const entry = { dtype: 'BF16', shape: [weights.length / 2], data_offsets: [0, weights.length] };
  const header = Buffer.from(
    JSON.stringify({ [`layer.${seed}.weight`]: entry, __metadata__: { format: 'pt' } }),
  );
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([prefix, header, weights]);
}

/** A model folder with everything that is awkward about them. */
export function modelFolder(): string {
  const root = fileTree({
    'model-00001-of-00002.safetensors': safetensorsFile(1, 40_000),
    'model-00002-of-00002.safetensors': safetensorsFile(2, 9_001),
    // Escapes, an order of its own, tabs, CRLF, extra keys, a number beyond 2^53, no newline at the end.
    'model.safetensors.index.json':
      '{\r\n\t"weight_map" : {"b":"model\\u002d00002-of-00002.safetensors",\r\n "a": "model-00001-of-00002.safetensors"} ,' +
      '"metadata":{"total_size":12345678901234567890, "x": [1.0e5, null]}, "__proto__": {}}',
    'config.json': '{ "torch_dtype":"bfloat16"}\n\n',
    'tokenizer.json': '\ufeff{}',
    '.gitattributes': '*.safetensors filter=lfs\n',
    'empty.bin': '',
    'odd.bin': geometricBytes(3, 4097, 40, 1.2),
    'unet/diffusion_pytorch_model.bin': geometricBytes(4, 70_000, 9, 1.5),
    'unet/diffusion_pytorch_model.bin.index.json': '{"weight_map": {}}',
    'unet/deep/name with [brackets] {and} *.gguf': geometricBytes(5, 33, 9, 1.5),
    'logs/': '',
  });
  let seconds = 1_500_000_000.000001;
  for (const file of Object.keys(snapshotOf(root)).filter((name) => !name.endsWith('/'))) {
    chmodSync(path.join(root, file), file.includes('0001') ? 0o640 : 0o644);
    utimesSync(path.join(root, file), seconds, seconds);
    seconds += 86_400.123;
  }
  return root;
}

/** All that a folder holds: relative path → content, mode and time; `/` at the end of folders. What `diff -r` and more
 * would compare. */
export function snapshotOf(
  root: string,
): Record<string, { content: string; mode: number; microseconds: bigint }> {
  const names = (readdirSync(root, { recursive: true }) as string[]).sort();
  return Object.fromEntries(
    names.map((name) => {
      const stats = statSync(path.join(root, name), { bigint: true });
      const mode = Number(stats.mode) & 0o777;
      if (stats.isDirectory()) return [`${name}/`, { content: '', mode: 0, microseconds: 0n }];
      const content = readFileSync(path.join(root, name)).toString('latin1');
      return [name, { content, mode, microseconds: stats.mtimeNs / 1000n }];
    }),
  );
}

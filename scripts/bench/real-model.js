// all-MiniLM-L6-v2 as the interop run takes it: as published in F32, and cast to BF16 and F16; repeated to a useful size.
import { closeSync, copyFileSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './processes.js';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'make_model.py');

/** Writes `model-f32.safetensors`, `model-bf16.safetensors` and `model-f16.safetensors`.
 * @param {string} python @param {string} folder */
export async function writeRealModels(python, folder) {
  await runCommand({ program: python, args: ['-B', script, folder] });
}

/** A model whose layers are those of `sourcePath`, over and over, up to about `bytes`; one smaller than twice its size is
 * the model itself. @param {string} sourcePath @param {string} targetPath @param {number} bytes */
export function repeatModel(sourcePath, targetPath, bytes) {
  const source = readFileSync(sourcePath);
  const copyCount = Math.floor(bytes / source.byteLength);
  if (copyCount < 2) return copyFileSync(sourcePath, targetPath);
  const headerEnd = 8 + Number(source.readBigUInt64LE(0));
  const { __metadata__: metadata, ...tensors } = JSON.parse(source.toString('utf8', 8, headerEnd));
  const content = source.subarray(headerEnd);
  const entries = Array.from({ length: copyCount }, (_, copy) =>
    Object.entries(tensors).map(([name, { data_offsets: offsets, ...rest }]) => {
      const moved = offsets.map((/** @type {number} */ offset) => offset + copy * content.byteLength);
      return [`copy${copy}.${name}`, { ...rest, data_offsets: moved }];
    }),
  ).flat();
  const json = JSON.stringify(Object.fromEntries([['__metadata__', metadata], ...entries]));
  const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(header.byteLength));
  const fd = openSync(targetPath, 'w');
  try {
    writeSync(fd, Buffer.concat([prefix, header]));
    for (let copy = 0; copy < copyCount; copy++) writeSync(fd, content);
  } finally {
    closeSync(fd);
  }
}

/** @type {readonly (Omit<import('./data-sets.js').DataSet, 'write'> & { fileName: string })[]} */
export const REAL_MODELS = [
  {
    id: 'real-f32',
    label: 'all-MiniLM-L6-v2, F32',
    stockDtype: 'float32',
    encoding: 'f32',
    fileName: 'model-f32.safetensors',
  },
  {
    id: 'real-bf16',
    label: 'all-MiniLM-L6-v2, BF16',
    stockDtype: 'bfloat16',
    encoding: 'bf16',
    fileName: 'model-bf16.safetensors',
  },
  {
    id: 'real-f16',
    label: 'all-MiniLM-L6-v2, F16',
    stockDtype: 'float16',
    encoding: 'f16',
    fileName: 'model-f16.safetensors',
  },
];

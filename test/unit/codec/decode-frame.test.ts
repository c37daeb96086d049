// Frames from memory: what is fetched by somebody else decodes as what is read from a file.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { checksumOf } from '../../../src/codec/checksum.js';
import { decodeFrame, readerOfBytes } from '../../../src/codec/decode/decode-frame.js';
import { instantiateKernels } from '../../../src/codec/kernels.js';
import { RAW } from '../../../src/codec/memory.js';
import { ZnnError } from '../../../src/errors.js';
import { compileKernels } from '../../../src/io/kernels-file.js';
import { planDecompression } from '../../../src/layout/decode/decode-plan.js';
import type { DecompressPlan } from '../../../src/layout/plans.js';
import { VALID_GOLDENS } from '../../golden/golden-files.js';
import { geometricBytes } from '../../support/distributions.js';
import { fileTree } from '../../support/file-tree.js';
import { memorySource } from '../../support/memory-source.js';
import { safetensorsFile } from '../../support/model-folder.js';
import { run } from '../../support/run-verb.js';

const kernels = instantiateKernels(compileKernels());
const planOf = (file: Uint8Array): DecompressPlan =>
  planDecompression(memorySource(file), (bytes) => checksumOf(kernels, bytes));

/** The file that `file` was made of, each frame decoded from its own bytes alone. */
function restored(file: Uint8Array): Buffer {
  const plan = planOf(file);
  const pieces: Uint8Array[] = plan.prefix === undefined ? [] : [plan.prefix];
  for (const frame of plan.frames) {
    const encoded = file.subarray(frame.frameOffset, frame.frameOffset + frame.encodedBytes);
    for (const { rawStart, rawEnd } of decodeFrame(kernels, readerOfBytes(encoded, frame.frameOffset), frame))
      pieces.push(kernels.bytes.slice(RAW, RAW + rawEnd - rawStart));
  }
  return Buffer.concat(pieces);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function compressed(name: string, content: Uint8Array, format: 'znn' | 'safetensors' = 'znn') {
  const root = fileTree({ [name]: content });
  const [result] = await run('compress', path.join(root, name), { format });
  return readFileSync(result?.task.targetPath ?? '');
}

test.each(VALID_GOLDENS.filter(({ filePath }) => !filePath.includes('delta')))(
  'restores $title',
  ({ filePath, originalSha256 }) => {
    expect(sha256(restored(readFileSync(filePath)))).toBe(originalSha256);
  },
);

test.each([
  ['a file of several frames', 'a.bin', geometricBytes(1, (9 << 20) + 5, 60, 1.4), 'znn'],
  ['a safetensors file', 'a.safetensors', safetensorsFile(1, 300_000), 'znn'],
  ['a container', 'a.safetensors', safetensorsFile(2, 300_000), 'safetensors'],
] as const)('restores %s', async (_what, name, content, format) => {
  expect(Buffer.compare(restored(await compressed(name, content, format)), content)).toBe(0);
});

describe('damage', () => {
  test('every flipped bit of a small file is refused, or changes nothing', async () => {
    const content = safetensorsFile(1, 600);
    const file = await compressed('a.safetensors', content);
    let refused = 0;
    for (let bit = 0; bit < file.length * 8; bit++) {
      const damaged = Uint8Array.from(file);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        expect(Buffer.compare(restored(damaged), content)).toBe(0);
      } catch (error) {
        expect(error).toBeInstanceOf(ZnnError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(file.length * 7);
  });

  test('a frame of which the end is missing is truncated', async () => {
    const file = await compressed('a.bin', geometricBytes(1, 100_000, 60, 1.4));
    const [frame] = planOf(file).frames;
    if (frame === undefined) throw new Error('no frame');
    const encoded = file.subarray(0, frame.encodedBytes - 1);
    expect(() => [...decodeFrame(kernels, readerOfBytes(encoded, 0), frame)]).toThrow(
      expect.objectContaining({ code: 'truncated', message: 'read: 1 bytes beyond those that are there' }),
    );
    expect(() => [...decodeFrame(kernels, readerOfBytes(encoded, 1), frame)]).toThrow(ZnnError);
  });
});

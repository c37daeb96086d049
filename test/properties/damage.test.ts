// A damaged file never gives other bytes with success: every single bit, and every length.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { decodeFrames } from '../reference/frame-decode.js';
import { concatBytes } from '../support/bytes.js';
import { geometricBytes } from '../support/distributions.js';
import { run } from '../support/run-verb.js';
import { headerOf } from '../support/safetensors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A small file with every kind of stream: raw, constant and Huffman, frames of one, two and four planes. */
const raw = concatBytes(
  headerOf([
    { name: 'a', dtype: 'BF16', shape: [200], bytes: 400 },
    { name: 'b', dtype: 'F32', shape: [150], bytes: 600 },
    { name: 'c', dtype: 'U8', shape: [300], bytes: 300 },
  ]),
  geometricBytes(1, 400, 30, 1.5),
  new Uint8Array(Float32Array.from({ length: 150 }, (_, i) => Math.fround(i % 7)).buffer),
  geometricBytes(2, 300, 256, 1.01),
);

async function compressed() {
  const folder = temporaryFolder();
  const source = path.join(folder, 'a.safetensors');
  writeFileSync(source, raw);
  await run('compress', source, { encoding: 'auto' });
  const file = `${source}.znn`;
  return { file, bytes: readFileSync(file), target: path.join(folder, 'restored') };
}

function frameOffsetsOf(file: Uint8Array): number[] {
  let offset = 0;
  return decodeFrames(file).map(({ encodedBytes }) => {
    offset += encodedBytes;
    return offset - encodedBytes;
  });
}

/** Restores `damaged`; says how it ended and with which bytes. */
async function restore(file: string, damaged: Uint8Array, target: string) {
  writeFileSync(file, damaged);
  rmSync(target, { force: true });
  const [result] = await run('decompress', file, { outputPath: target });
  if (result?.status !== 'done') return { code: result?.error?.code };
  return { code: 'done', isSame: readFileSync(target).equals(raw) };
}

test('every single flipped bit is found, or changes nothing', async () => {
  const { file, bytes, target } = await compressed();
  const harmless: number[] = [];
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = Uint8Array.from(bytes);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const { code, isSame } = await restore(file, damaged, target);
    if (code === 'done') {
      expect(isSame, `bit ${bit}`).toBe(true);
      harmless.push(bit >> 3);
    } else {
      expect(['corrupt', 'truncated', 'unsupported'], `bit ${bit}`).toContain(code);
    }
  }
  // Bits that no decoder looks at stand in frame headers only: version, method, streaming, and the like.
  const headers = frameOffsetsOf(bytes);
  for (const at of harmless) {
    const inHeader = at - Math.max(...headers.filter((offset) => offset <= at));
    expect(inHeader, `byte ${at}`).toBeGreaterThanOrEqual(2);
    expect(inHeader, `byte ${at}`).toBeLessThan(16);
  }
}, 180_000);

test('every truncation is found', async () => {
  const { file, bytes, target } = await compressed();
  for (let length = 0; length < bytes.length; length++) {
    const { code } = await restore(file, bytes.subarray(0, length), target);
    expect(['corrupt', 'truncated'], `${length} bytes`).toContain(code);
  }
});

test('appended bytes are found', async () => {
  const { file, bytes, target } = await compressed();
  for (const extra of [1, 24, 32, 100]) {
    const { code } = await restore(file, concatBytes(bytes, new Uint8Array(extra)), target);
    expect(['corrupt', 'truncated']).toContain(code);
  }
});

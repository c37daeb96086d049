// A damaged file never gives other bytes with success: every single bit, and every length.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { MAX_PLANES } from '../../src/format/frame/constants.js';
import { decodeFrames } from '../reference/frame-decode.js';
import { concatBytes } from '../support/bytes.js';
import { geometricBytes } from '../support/distributions.js';
import { run } from '../support/run-verb.js';
import { headerOf } from '../support/safetensors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A small file with every kind of stream: raw, constant and Huffman, frames of one, two and four planes. */
const raw = concatBytes(
  headerOf([
    { name: 'a', dtype: 'BF16', shape: [100], bytes: 200 },
    { name: 'b', dtype: 'F32', shape: [80], bytes: 320 },
    { name: 'c', dtype: 'U8', shape: [99], bytes: 99 },
  ]),
  geometricBytes(1, 200, 30, 1.5),
  new Uint8Array(Float32Array.from({ length: 80 }, (_, i) => i % 7).buffer),
  geometricBytes(2, 99, 256, 1.01),
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
  // Bits that no decoder looks at: in headers the version, the method and the like; elsewhere what fills up a byte behind
  // the FSE table of a tree description.
  const frameStarts = frameOffsetsOf(bytes);
  const frameStartOf = (at: number) => Math.max(...frameStarts.filter((offset) => offset <= at));
  const padding = harmless.filter((at) => at - frameStartOf(at) >= 32);
  for (const start of frameStarts) {
    expect(padding.filter((at) => frameStartOf(at) === start).length, `frame at ${start}`).toBeLessThan(
      8 * MAX_PLANES,
    );
  }
  for (const at of harmless.filter((offset) => !padding.includes(offset))) {
    expect(at - frameStartOf(at), `byte ${at}`).toBeGreaterThanOrEqual(2);
    expect(at - frameStartOf(at), `byte ${at}`).toBeLessThan(16);
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

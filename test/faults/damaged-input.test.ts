// docs/reliability.md, "Damaged or hostile input", by the names of that list: each committed broken file goes through
// the command with --rm, and the whole contract holds. Every length and every bit: test/properties/damage.test.ts.

import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { planDecompression } from '../../src/layout/decode/decode-plan.js';
import { REFUSED_GOLDENS, VALID_GOLDENS } from '../golden/golden-files.js';
import { frameOfRaw } from '../reference/frame-encode.js';
import { u64Bytes } from '../support/bytes.js';
import { sparseSource } from '../support/memory-source.js';
import { expectContract } from '../support/run-contract.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { codeOf } from '../support/throws.js';

/** Fault → what the names of its files begin with. */
const FAULTS: readonly [string, RegExp][] = [
  ['truncation', /^cut-/],
  ['lying sizes', /^(raw-bytes|frame-bytes)-/],
  ['cumulative sizes that fall or run past the end', /^sizes-/],
  ['chunk type not 0 or 1', /^type-/],
  ['stream size 0, or above raw', /^(raw-stream|huffman-stream)-/],
  ['Huffman weights above 12', /^block-(weight-1[35]|code-13-bits)/],
  ['Huffman Kraft sum wrong', /^block-(kraft-sum|no-weight-1)/],
  ['Huffman code of no symbol', /^block-weights-0/],
  ['FSE description truncated or wrong', /^block-(fse-|direct-cut)/],
  ['jump table that crosses', /^block-jump-/],
  ['streams under 8 bytes', /^block-(runs-out|tree-only|no-lanes)/],
  ['missing end mark', /^block-no-end-mark-/],
  ['leftover bits', /^block-left-over-/],
  ['block of 131,073 bytes', /^block-above-131072/],
  ['unknown magic, dtypes, reorder bytes, lossy flags, shapes', /^(header|shape)-/],
  ['garbage between or after frames', /^garbage-/],
  ['a small file that claims to expand to terabytes', /^bomb-/],
];
const BROKEN = REFUSED_GOLDENS.filter(({ title }) => title.startsWith('broken/')).map((golden) => ({
  ...golden,
  name: path.basename(golden.filePath),
}));

/** A folder with copies of these files. */
function copies(filePaths: readonly string[]): string {
  const cwd = temporaryFolder();
  for (const filePath of filePaths) copyFileSync(filePath, path.join(cwd, path.basename(filePath)));
  return cwd;
}

describe('decompress --rm: exit code, source, destination, one line, time and memory', () => {
  test.each(FAULTS)('%s', async (_, pattern) => {
    const goldens = BROKEN.filter(({ name }) => pattern.test(name));
    expect(goldens.length).toBeGreaterThan(0);
    const cwd = copies(goldens.map(({ filePath }) => filePath));
    const isDamaged = goldens.some(({ code }) => code !== 'unsupported');
    await expectContract(['decompress', '--rm', '-T2', ...goldens.map(({ name }) => name)], cwd, {
      exitCode: isDamaged ? 3 : 1,
      lines: goldens.map(({ name }) => new RegExp(`^znn: ${name.replace('+', '\\+')}: \\S.+`)),
    });
  });

  test('every broken file stands for one of these faults', () => {
    const homeless = BROKEN.filter(
      ({ name }) => FAULTS.filter(([, pattern]) => pattern.test(name)).length !== 1,
    );
    expect(homeless.map(({ name }) => name)).toEqual([]);
  });
});

test('a folder of all of them: each is named, nothing is written, nothing goes', async () => {
  const cwd = copies(BROKEN.map(({ filePath }) => filePath));
  const lines = BROKEN.map(({ name }) => new RegExp(`^znn: ${name.replace('+', '\\+')}: `));
  await expectContract(['decompress', '--rm', './'], cwd, { exitCode: 3, lines });
});

describe('what is odd, and right', () => {
  test.each([
    ['1-bit codes and two symbols', /code-1-bit|tree-two-symbols/],
    ['a table of 2^12', /code-12-bits/],
    ['direct weights of odd count', /tree-direct-odd/],
    ['a lane of one byte', /lane-short/],
    ['blocks of 131,071 and 131,072 bytes', /block-13107/],
    ['a stream as long as its raw bytes', /stream-copy/],
    ['constant streams of one byte', /fp8-constant|f32-zeros/],
    ['an empty file, one byte, one element', /bf16-empty|fp8-one-byte|bf16-one-element/],
  ])('%s: restored exactly', async (_, pattern) => {
    const goldens = VALID_GOLDENS.filter(({ filePath }) => pattern.test(path.basename(filePath)));
    expect(goldens.length).toBeGreaterThan(0);
    const cwd = copies(goldens.map(({ filePath }) => filePath));
    const names = goldens.map(({ filePath }) => path.basename(filePath));
    await expectContract(['decompress', '-T2', '-o', 'out/', ...names], cwd, {
      exitCode: 0,
      lines: [],
      changes: {
        out: 'folder',
        ...Object.fromEntries(
          goldens.map(({ originalSha256 }, i) => [`out/${names[i]?.slice(0, -4)}`, originalSha256]),
        ),
      },
    });
  });
});

// Beyond what a file on disk can be: each combination is refused from 32 bytes of header, in no time and no memory.
test('planes x chunks overflow: every size, chunk size and number of planes', () => {
  const sizes = [31n, 32n, 42n, 52n, 53n, 63n].flatMap((log2) =>
    [-1n, 0n, 1n].map((step) => (1n << log2) + step),
  );
  const startMs = performance.now();
  for (const [dtypeCode, planeCount] of [
    [29, 1],
    [6, 2],
    [1, 4],
  ] as const) {
    const frame = frameOfRaw(new Uint8Array(64), dtypeCode, planeCount, false);
    for (const chunkByte of [0, 22, 30, 60, 62, 63, 255]) {
      for (const rawBytes of [...sizes, (1n << 64n) - 1n]) {
        for (const encodedBytes of [...sizes, (1n << 64n) - 1n]) {
          const header = frame.slice(0, 32);
          header[14] = chunkByte;
          header.set(u64Bytes(rawBytes), 16);
          header.set(u64Bytes(encodedBytes), 24);
          const source = sparseSource(2 ** 20, [[0, header]]);
          expect(['corrupt', 'truncated', 'unsupported']).toContain(
            codeOf(() => planDecompression(source, () => 0n)),
          );
        }
      }
    }
  }
  expect(performance.now() - startMs).toBeLessThan(30_000);
});

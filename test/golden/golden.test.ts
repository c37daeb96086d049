// Files that must decode for ever and files that must be refused with a given code. The reference decoder settles what they
// mean; then the product has to agree.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeFrames, decodeZnn } from '../reference/frame-decode.js';
import { BROKEN } from './broken-cases/index.js';
import { CRAFTED } from './crafted-cases.js';
import { REFUSED_GOLDENS, VALID_GOLDENS } from './golden-files.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('reference decoder', () => {
  test.each(VALID_GOLDENS)('restores $title', ({ filePath, originalBytes, originalSha256 }) => {
    const raw = decodeZnn(readFileSync(filePath));
    expect(raw.length).toBe(originalBytes);
    expect(sha256(raw)).toBe(originalSha256);
  });

  test.each(REFUSED_GOLDENS)('refuses $title', ({ filePath, code }) => {
    expect(() => decodeZnn(readFileSync(filePath))).toThrow(
      expect.objectContaining({ name: 'ZnnError', code }),
    );
  });
});

describe('the committed files', () => {
  const fileOf = (folder: string, name: string) =>
    readFileSync(new URL(`${folder}/${name}.znn`, import.meta.url));

  test.each(CRAFTED)('crafted/$name is what its recipe makes', ({ name, file }) => {
    expect(Buffer.compare(fileOf('crafted', name), file)).toBe(0);
  });

  test.each(BROKEN)('broken/$name is what its recipe makes', ({ name, file }) => {
    expect(Buffer.compare(fileOf('broken', name), file)).toBe(0);
  });

  test('hold streams and trees of every kind, frames of every dtype and chunk size', () => {
    const frames = VALID_GOLDENS.flatMap(({ filePath }) => decodeFrames(readFileSync(filePath)));
    const kinds = frames.flatMap((frame) => frame.streamKinds);
    expect(new Set(kinds)).toEqual(new Set(['raw', 'copy', 'constant', 'direct tree', 'FSE tree']));
    expect(new Set(frames.map((frame) => frame.dtypeCode))).toEqual(new Set([1, 2, 4, 5, 6, 29, 30]));
    expect(new Set(frames.map((frame) => frame.chunkBytes))).toEqual(
      new Set([2 ** 10, 2 ** 17, 2 ** 18, 2 ** 24]),
    );
  });
});

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Encoding } from '../../../src/format/frame/dtypes.js';
import { FRAMES_MAX } from '../../../src/format/frame-index/fields.js';
import {
  encodeEmptyFrame,
  encodeIndexFrame,
  type IndexedFile,
} from '../../../src/format/frame-index/index-encode.js';
import { planDecompression } from '../../../src/layout/decode/decode-plan.js';
import { REFUSED_GOLDENS, VALID_GOLDENS } from '../../golden/golden-files.js';
import { type FrameParts, frameOf, frameOfRaw } from '../../reference/frame-encode.js';
import { xxh64 } from '../../reference/xxh64.js';
import { concatBytes, fromHex, patched, toHex, u64Bytes } from '../../support/bytes.js';
import { memorySource, sparseSource } from '../../support/memory-source.js';
import { codeOf, faultOf } from '../../support/throws.js';

const checksum = (bytes: Uint8Array): bigint => xxh64(bytes);
const plan = (file: Uint8Array) => planDecompression(memorySource(file), checksum);

const STREAMING = 128 + 22;
const OURS: Partial<FrameParts> = { streamingByte: STREAMING, versionTiny: 132 };

interface Part {
  readonly frame: Uint8Array;
  readonly raw: Uint8Array;
  readonly encoding: Encoding;
}

const part = (raw: readonly number[], encoding: 'bytes' | 'bf16' | 'f32', more = OURS): Part => {
  const [dtypeCode, planeCount] = { bytes: [29, 1], bf16: [6, 2], f32: [1, 4] }[encoding] as [
    number,
    1 | 2 | 4,
  ];
  const bytes = Uint8Array.from(raw);
  return {
    frame: frameOfRaw(bytes, dtypeCode, planeCount, encoding !== 'bytes', more),
    raw: bytes,
    encoding,
  };
};

const PARTS = [
  part([1, 2, 3], 'bytes'),
  part([...Array(64).keys()], 'bf16'),
  part([...Array(80).fill(7)], 'f32'),
];

function indexedFile(
  parts: readonly Part[],
  change: (index: IndexedFile) => IndexedFile = (index) => index,
): Uint8Array {
  let offset = 0;
  const frames = parts.map(({ frame, raw, encoding }) => {
    const frameOffset = offset;
    offset += frame.length;
    return {
      frameOffset,
      encodedBytes: frame.length,
      rawBytes: raw.length,
      encoding,
      checksum: checksum(raw),
    };
  });
  const originalBytes = parts.reduce((sum, { raw }) => sum + raw.length, 0);
  return concatBytes(
    ...parts.map(({ frame }) => frame),
    encodeIndexFrame(change({ originalBytes, frames }), checksum),
  );
}

/** The file with the fields of one frame's entry in the index replaced. */
const withEntry = (frame: number, fields: Partial<IndexedFile['frames'][number]>): Uint8Array =>
  indexedFile(PARTS, (index) => ({
    ...index,
    frames: index.frames.map((entry, i) => (i === frame ? { ...entry, ...fields } : entry)),
  }));

describe('a file with a frame index', () => {
  const file = indexedFile(PARTS);

  test('is planned frame by frame, each with its checksum, without the frame that holds the index', () => {
    const [first, second, third] = PARTS.map(({ frame }) => frame.length) as [number, number, number];
    expect(plan(file)).toEqual({
      kind: 'znn',
      format: 'znn',
      sourceBytes: file.length,
      rawBytes: 147,
      frames: [
        ...[
          {
            frameOffset: 0,
            encodedBytes: first,
            rawOffset: 0,
            rawBytes: 3,
            planeCount: 1,
            rotated: false,
            dtypeName: 'float8_e4m3fn',
            chunkBytes: 131072,
          },
        ],
        ...[
          {
            frameOffset: first,
            encodedBytes: second,
            rawOffset: 3,
            rawBytes: 64,
            planeCount: 2,
            rotated: true,
            dtypeName: 'bfloat16',
            chunkBytes: 262144,
          },
        ],
        ...[
          {
            frameOffset: first + second,
            encodedBytes: third,
            rawOffset: 67,
            rawBytes: 80,
            planeCount: 4,
            rotated: true,
            dtypeName: 'float32',
            chunkBytes: 262144,
          },
        ],
      ].map((frame, i) => ({ ...frame, headerBytes: 32, checksum: checksum(PARTS[i]?.raw as Uint8Array) })),
    });
  });

  test('of nothing at all is that frame alone', () => {
    expect(plan(indexedFile([]))).toMatchObject({ kind: 'znn', rawBytes: 0, frames: [] });
  });

  test('carries the SHA-256 of the original, if it was asked for', () => {
    const sha256 = 'ab'.repeat(32);
    expect(plan(indexedFile(PARTS, (index) => ({ ...index, sha256 }))).sha256).toBe(sha256);
    expect('sha256' in plan(file)).toBe(false);
  });

  test('cut at any length is truncated', () => {
    for (let length = 0; length < file.length; length++) {
      expect(
        codeOf(() => plan(file.slice(0, length))),
        `${length} bytes`,
      ).toBe('truncated');
    }
  });

  test('with any bit of the index frame flipped is never planned otherwise', () => {
    const good = plan(file);
    const start = PARTS.reduce((sum, { frame }) => sum + frame.length, 0);
    for (let bit = start * 8; bit < file.length * 8; bit++) {
      const damaged = patched(file, bit >> 3, [(file[bit >> 3] as number) ^ (1 << (bit & 7))]);
      if (codeOf(() => plan(damaged)) === 'nothing') expect(plan(damaged), `bit ${bit}`).toEqual(good);
    }
  });

  test('with any bit of a header flipped is refused, or planned with the same sizes and places', () => {
    const good = plan(file).frames.map(({ frameOffset, encodedBytes, rawOffset, rawBytes, checksum }) => {
      return { frameOffset, encodedBytes, rawOffset, rawBytes, checksum };
    });
    const starts = [
      0,
      ...PARTS.map((_, i) => PARTS.slice(0, i + 1).reduce((sum, { frame }) => sum + frame.length, 0)),
    ];
    for (const start of starts) {
      for (let bit = start * 8; bit < (start + 32) * 8; bit++) {
        const damaged = patched(file, bit >> 3, [(file[bit >> 3] as number) ^ (1 << (bit & 7))]);
        if (codeOf(() => plan(damaged)) === 'nothing')
          expect(plan(damaged).frames, `bit ${bit}`).toMatchObject(good);
      }
    }
  });

  test('followed by anything has no index at its end, and so is truncated', () => {
    expect(codeOf(() => plan(concatBytes(file, Uint8Array.of(0))))).toBe('truncated');
  });

  test.each([
    [
      'another offset',
      { frameOffset: 1 },
      'corrupt: frame index: frame offset 1 is not 44, which the frames give',
    ],
    [
      'another length',
      { encodedBytes: 100 },
      'corrupt: frame index: encodedBytes 100 is not 114, which the frames give',
    ],
    [
      'another raw size',
      { rawBytes: 63 },
      'corrupt: frame index: rawBytes 63 is not 64, which the frames give',
    ],
    [
      'another dtype',
      { encoding: 'f16' as const },
      'corrupt: frame index: dtypeCode 4 is not 6, which the frames give',
    ],
  ])('whose index gives a frame %s is refused', (_, fields, fault) => {
    expect(faultOf(() => plan(withEntry(1, fields)))).toBe(fault);
  });

  test('whose index forgets a frame, repeats one or counts other raw bytes is refused', () => {
    const changed = (change: (frames: IndexedFile['frames']) => IndexedFile['frames']) =>
      codeOf(() => plan(indexedFile(PARTS, (index) => ({ ...index, frames: change(index.frames) }))));
    expect(changed((frames) => frames.slice(0, 2))).toBe('corrupt');
    expect(changed((frames) => frames.slice(1))).toBe('corrupt');
    expect(changed((frames) => [...frames, ...frames.slice(2)])).toBe('corrupt');
    const fault = faultOf(() => plan(indexedFile(PARTS, (index) => ({ ...index, originalBytes: 148 }))));
    expect(fault).toBe('corrupt: frame index: original bytes 148 is not 147, which the frames give');
  });

  test('may not list an empty frame', () => {
    const empty = { frame: encodeEmptyFrame(), raw: new Uint8Array(), encoding: 'bytes' as const };
    expect(faultOf(() => plan(indexedFile([empty])))).toBe('corrupt: frame index: a frame of 0 raw bytes');
  });

  test('whose index claims to be longer than the file is refused', () => {
    const damaged = patched(file, file.length - 16, [255, 255, 0, 0]);
    expect(faultOf(() => plan(damaged))).toMatch(
      /^corrupt: frame index: its frame of 65591 bytes exceeds the file's/,
    );
  });

  test('says which frame and where when one is broken', () => {
    const place = { frame: 1, offset: 44 };
    const damaged = patched(file, 44, [0]);
    expect(() => plan(damaged)).toThrow(expect.objectContaining({ code: 'corrupt', where: place }));
  });
});

describe('a file without one', () => {
  test('that promises one is truncated', () => {
    const file = concatBytes(...PARTS.map(({ frame }) => frame));
    expect(faultOf(() => plan(file))).toBe(
      `truncated: container: the file ends here, after ${file.length} bytes, without the frame index that its first frame promises`,
    );
  });

  test('that a later frame promises is truncated too', () => {
    const plain = part([1, 2, 3], 'bytes', { streamingByte: STREAMING });
    const file = concatBytes(plain.frame, ...PARTS.map(({ frame }) => frame));
    expect(faultOf(() => plan(file))).toBe(
      `truncated: container: the file ends here, after ${file.length} bytes, without the frame index that this frame promises`,
    );
  });

  test.each(VALID_GOLDENS)('by the stock package: $title', ({ filePath, originalBytes }) => {
    const file = readFileSync(filePath);
    const { kind, frames, rawBytes } = plan(file);
    expect(kind).toBe('zipnn');
    expect(rawBytes).toBe(originalBytes);
    expect(frames.reduce((sum, frame) => sum + frame.rawBytes, 0)).toBe(originalBytes);
  });

  test.each(REFUSED_GOLDENS)(
    '$title: refused with its code, unless only the payload is wrong',
    ({ filePath, code }) => {
      expect([code, 'nothing']).toContain(codeOf(() => plan(readFileSync(filePath))));
    },
  );

  // zipnn 0.5.4: ZipNN(bytearray_dtype='bfloat16', is_streaming=True, streaming_chunk=16).compress(bytearray(range(24)))
  const stockStream = fromHex(`
    5a4e0005040a010001000000008412061000000000000000420000000000000000000800000000000000080000000000000000020406080a0c0e
    02060a0e12161a1e 5a4e0005040a0100010000000084120608000000000000003a00000000000000000004000000000000000400000000000000
    1012141622262a2e`);

  test('that streams is walked from frame to frame', () => {
    expect(plan(stockStream)).toMatchObject({
      kind: 'zipnn',
      rawBytes: 24,
      frames: [
        { frameOffset: 0, encodedBytes: 66, rawOffset: 0, rawBytes: 16 },
        { frameOffset: 66, encodedBytes: 58, rawOffset: 16, rawBytes: 8 },
      ],
    });
  });

  test('that streams and is cut within a frame is truncated; between frames nothing can tell', () => {
    for (let length = 0; length < stockStream.length; length++) {
      const expected = length === 66 ? 'nothing' : 'truncated';
      expect(
        codeOf(() => plan(stockStream.slice(0, length))),
        `${length} bytes`,
      ).toBe(expected);
    }
  });

  test('whose first frame does not stream has no other, so that what follows is corruption', () => {
    const single = part([1, 2, 3, 4], 'bf16', {}).frame;
    expect(plan(single).frames).toHaveLength(1);
    expect(faultOf(() => plan(concatBytes(single, Uint8Array.of(0))))).toBe(
      'corrupt: container: 1 bytes follow a frame that is not streaming',
    );
    expect(codeOf(() => plan(concatBytes(single, single)))).toBe('corrupt');
  });

  test('whose later frames do not stream is read as the stock decoder reads it', () => {
    const [first, second] = [part([1, 2], 'bytes', { streamingByte: 148 }), part([3, 4], 'bf16', {})];
    expect(plan(concatBytes(first.frame, second.frame)).rawBytes).toBe(4);
  });

  test('that holds nothing but an empty frame is an empty file', () => {
    expect(plan(encodeEmptyFrame())).toMatchObject({ kind: 'zipnn', rawBytes: 0, frames: [] });
  });

  test('with empty frames between others skips them', () => {
    const [first, second] = [part([1, 2], 'bytes', { streamingByte: 148 }), part([3, 4], 'bytes', {})];
    const { frames } = plan(concatBytes(first.frame, encodeEmptyFrame(), second.frame));
    expect(frames.map((frame) => frame.rawOffset)).toEqual([0, 2]);
  });

  test.each([
    ['a frame', part([1, 2, 3, 4], 'bf16', {}).frame],
    ['an empty frame', encodeEmptyFrame()],
  ])('with bytes after the payload of %s that are no index is corrupt', (_, frame) => {
    const longer = patched(concatBytes(frame, new Uint8Array(40)), 24, u64Bytes(BigInt(frame.length + 40)));
    expect(faultOf(() => plan(longer))).toBe('corrupt: frame: 40 bytes after its payload are no frame index');
  });

  test('of planes that end past the frame is corrupt', () => {
    const frame = part([1, 2, 3, 4], 'bf16', {}).frame;
    expect(codeOf(() => plan(patched(frame, 34, u64Bytes(3n))))).toBe('corrupt');
    expect(codeOf(() => plan(patched(frame, 34, u64Bytes(2n ** 64n - 1n))))).toBe('corrupt');
  });

  test('made against a base says how long that was, and XORs all of it', () => {
    const frame = patched(part([1, 2, 3, 4], 'bf16', {}).frame, 9, [2]);
    expect(plan(frame)).toMatchObject({ kind: 'zipnn', base: { baseBytes: 4 }, frames: [{ baseOffset: 0 }] });
  });

  test('a small file cannot claim to expand without bound', () => {
    const bomb = patched(part([7], 'bytes', {}).frame, 16, u64Bytes(2n ** 40n));
    expect(codeOf(() => plan(bomb))).toBe('corrupt');
  });

  test('of one frame of 2^45 bytes is planned from its header and the ends of its tables', () => {
    const [rawBytes, chunkCount] = [2 ** 45, 2 ** 27];
    const header = frameOf({ dtypeCode: 6, rawBytes, planes: [[], []] });
    const planeBytes = 2 ** 44;
    const tablesEnd = 32 + 2 * chunkCount * 9;
    const sizeBytes = tablesEnd + 2 * planeBytes;
    header.set(u64Bytes(BigInt(sizeBytes)), 24);
    const lastSizes = [0, 1].map((plane): [number, Uint8Array] => {
      const offset = 32 + 2 * chunkCount + ((plane + 1) * chunkCount - 1) * 8;
      return [offset, Uint8Array.from(u64Bytes(BigInt(planeBytes)))];
    });
    const source = sparseSource(sizeBytes, [[0, header], ...lastSizes]);
    expect(planDecompression(source, checksum)).toMatchObject({
      rawBytes,
      frames: [{ rawBytes, encodedBytes: sizeBytes }],
    });
  });

  test('of more frames than a plan may hold is refused before they fill the memory', () => {
    const frame = patched(encodeEmptyFrame(), 13, [148]);
    const read = (_offset: number, lengthBytes: number) => frame.slice(0, Math.min(32, lengthBytes));
    const fault = faultOf(() => planDecompression({ sizeBytes: 2 ** 50, read }, checksum));
    expect(fault).toBe(`unsupported: limit: ${FRAMES_MAX + 1} frames, allowed are ${FRAMES_MAX}`);
  });
});

test('nothing but a ZnnError escapes, whatever was done to a file', () => {
  const files = [
    indexedFile(PARTS),
    concatBytes(part([1], 'bytes', { streamingByte: 148 }).frame, part([2, 3], 'bf16', {}).frame),
  ];
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.constantFrom(...files), edits, fc.option(fc.nat()), (file, changes, cut) => {
      const damaged = file.slice(0, cut === null ? file.length : cut % file.length);
      for (const [offset, value] of changes) damaged[offset % file.length] = value;
      codeOf(() => plan(damaged));
      expect(toHex(file)).toBe(toHex(file.slice()));
    }),
    { numRuns: 1000 },
  );
});

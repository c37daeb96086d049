import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENCODINGS, type Encoding } from '../../../src/format/frame/dtypes.js';
import { decodeFrameHeader } from '../../../src/format/frame/header-decode.js';
import { decodeIndexTrailer } from '../../../src/format/frame-index/document-decode.js';
import {
  FRAMES_MAX,
  INDEX_DOCUMENT_MAX_BYTES,
  INDEX_TRAILER_BYTES,
} from '../../../src/format/frame-index/fields.js';
import { decodeIndexDocument } from '../../../src/format/frame-index/index-decode.js';
import {
  encodeEmptyFrame,
  encodeIndexFrame,
  type IndexedFile,
} from '../../../src/format/frame-index/index-encode.js';
import { xxh64 } from '../../reference/xxh64.js';
import { concatBytes, patched, toHex, utf8 } from '../../support/bytes.js';
import { codeOf, faultOf } from '../../support/throws.js';

const HEADER_BYTES = 32;
const sum = (bytes: Uint8Array): bigint => xxh64(bytes);

function decodeIndexFrame(frame: Uint8Array) {
  const trailer = decodeIndexTrailer(frame.subarray(-INDEX_TRAILER_BYTES));
  if (trailer === undefined) throw new Error('no trailer');
  return decodeIndexDocument(frame.slice(HEADER_BYTES, -INDEX_TRAILER_BYTES), trailer, sum);
}

/** Decodes a document that is any msgpack, under a trailer that is right for it. */
function decodeDocument(document: Uint8Array) {
  return decodeIndexDocument(
    document,
    { documentBytes: document.length, documentChecksum: sum(document) },
    sum,
  );
}

const anyFile: fc.Arbitrary<IndexedFile> = fc.record(
  {
    originalBytes: fc.maxSafeNat(),
    frames: fc.array(
      fc.record({
        frameOffset: fc.maxSafeNat(),
        encodedBytes: fc.maxSafeNat(),
        rawBytes: fc.maxSafeNat(),
        encoding: fc.constantFrom(...(Object.keys(ENCODINGS) as Encoding[])),
        checksum: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      }),
    ),
    sha256: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex),
  },
  { requiredKeys: ['originalBytes', 'frames'] },
);

describe('index frame', () => {
  test('round trip, every number exact', () => {
    fc.assert(
      fc.property(anyFile, (file) => {
        const frames = file.frames.map(({ encoding, ...frame }) => ({
          ...frame,
          dtypeCode: ENCODINGS[encoding].dtypeCode,
        }));
        expect(decodeIndexFrame(encodeIndexFrame(file, sum))).toEqual({ ...file, frames });
      }),
    );
  });

  test('is an empty frame that covers document and trailer, as the stock decoder skips it', () => {
    const frame = encodeIndexFrame({ originalBytes: 0, frames: [] }, sum);
    expect(decodeFrameHeader(frame)).toMatchObject({
      rawBytes: 0,
      encodedBytes: frame.length,
      planeCount: 1,
      promisesFrameIndex: true,
      isStreaming: true,
    });
    expect(toHex(frame.subarray(-16))).toBe(
      `${toHex(Uint8Array.of(frame.length - 56, 0, 0, 0, 1, 0, 0, 0))}${toHex(utf8('ZNNINDEX'))}`,
    );
  });

  test('is absent from a file without an index, whose empty form is one bare frame', () => {
    const frame = encodeEmptyFrame();
    expect(decodeFrameHeader(frame)).toMatchObject({
      rawBytes: 0,
      encodedBytes: 32,
      promisesFrameIndex: false,
    });
  });

  test('any flipped bit of the document or its checksum is found', () => {
    const frame = encodeIndexFrame(
      {
        originalBytes: 70_000,
        frames: [{ frameOffset: 0, encodedBytes: 99, rawBytes: 70_000, encoding: 'bf16', checksum: 7n }],
      },
      sum,
    );
    const checksumEnd = frame.length - INDEX_TRAILER_BYTES + 8;
    for (let bit = HEADER_BYTES * 8; bit < checksumEnd * 8; bit++) {
      const byte = bit >> 3;
      const damaged = patched(frame, byte, [(frame[byte] as number) ^ (1 << (bit & 7))]);
      expect(
        codeOf(() => decodeIndexFrame(damaged)),
        `bit ${bit}`,
      ).toBe('corrupt');
    }
  });
});

describe('trailer', () => {
  const trailer = encodeIndexFrame({ originalBytes: 0, frames: [] }, sum).slice(-INDEX_TRAILER_BYTES);

  test('without its magic, or cut short, is no trailer', () => {
    expect(decodeIndexTrailer(patched(trailer, 23, [0]))).toBeUndefined();
    expect(decodeIndexTrailer(trailer.subarray(1))).toBeUndefined();
  });

  test('of another version is refused as unsupported', () => {
    const fault = faultOf(() => decodeIndexTrailer(patched(trailer, 12, [2])));
    expect(fault).toBe('unsupported: frame index: trailer version 2 is not 1');
  });

  test('that claims a document beyond any index is refused before a byte of it is read', () => {
    const fault = faultOf(() => decodeIndexTrailer(patched(trailer, 8, [255, 255, 255, 255])));
    expect(fault).toBe(`corrupt: frame index: document bytes 4294967295 exceeds ${INDEX_DOCUMENT_MAX_BYTES}`);
  });
});

describe('hostile documents', () => {
  const good = { version: 1, hash: 'xxh64', originalBytes: 5, frames: [] as unknown[] };

  test('with a checksum that is not theirs', () => {
    const document = encode(good);
    const trailer = { documentBytes: document.length, documentChecksum: 1n };
    expect(codeOf(() => decodeIndexDocument(document, trailer, sum))).toBe('corrupt');
  });

  test.each([
    ['another version', { ...good, version: 2 }, 'unsupported: frame index: version 2 is not 1'],
    ['another hash', { ...good, hash: 'xxh3' }, 'unsupported: frame index: hash "xxh3" is not "xxh64"'],
    ['no version', {}, 'unsupported: frame index: version of type undefined is not 1'],
    [
      'a fraction as size',
      { ...good, originalBytes: 1.5 },
      'corrupt: frame index: originalBytes 1.5 is not an integer of 0 to 2^53 - 1',
    ],
    [
      'a negative size',
      { ...good, originalBytes: -1 },
      'corrupt: frame index: originalBytes -1 is not an integer of 0 to 2^53 - 1',
    ],
    [
      'a size above 2^53',
      { ...good, originalBytes: 2 ** 60 },
      'corrupt: frame index: originalBytes is above 2^53 - 1',
    ],
    [
      'the largest u64 as size',
      { ...good, originalBytes: 2n ** 64n - 1n },
      'corrupt: frame index: originalBytes is above 2^53 - 1',
    ],
    [
      'the least i64 as size',
      { ...good, originalBytes: -(2n ** 63n) },
      'corrupt: frame index: originalBytes beyond 2^53 - 1 is not an integer of 0 to 2^53 - 1',
    ],
    [
      'a u64 as version',
      { ...good, version: 2n ** 64n - 1n },
      'unsupported: frame index: version beyond 2^53 - 1 is not 1',
    ],
    ['frames that are no array', { ...good, frames: 1 }, 'corrupt: frame index: frames is not an array'],
    [
      'a frame of 4 fields',
      { ...good, frames: [[0, 1, 2, 3]] },
      'corrupt: frame index: a frame is not an array of 5 or 6',
    ],
    [
      'a checksum of 7 bytes',
      { ...good, frames: [[0, 1, 2, 3, new Uint8Array(7)]] },
      'corrupt: frame index: checksum is not 8 bytes',
    ],
    [
      'a SHA-256 of 31 bytes',
      { ...good, sha256: new Uint8Array(31) },
      'corrupt: frame index: sha256 is not 32 bytes',
    ],
    ['a list instead of a map', [1], 'corrupt: frame index: the document is not a map'],
    ['nothing', null, 'corrupt: frame index: the document is not a map'],
  ])('with %s', (_, document, fault) => {
    expect(faultOf(() => decodeDocument(encode(document, { useBigInt64: true })))).toBe(fault);
  });

  test('whose nesting would exhaust the memory of the msgpack library', () => {
    // Array heads, map heads in key position, and array heads that each claim a million items.
    expect(codeOf(() => decodeDocument(new Uint8Array(8_000_000).fill(0x91)))).toBe('corrupt');
    expect(codeOf(() => decodeDocument(new Uint8Array(8_000_000).fill(0x81)))).toBe('corrupt');
    const wide = Uint8Array.from({ length: 5_000_000 }, (_, i) => [0xdd, 0, 0x10, 0, 0][i % 5] as number);
    expect(codeOf(() => decodeDocument(wide))).toBe('corrupt');
  });

  test('with more frames than a file may have', () => {
    const count = FRAMES_MAX + 1;
    const head = Uint8Array.of(
      0x81,
      0xa6,
      ...utf8('frames'),
      0xdd,
      0,
      count >> 16,
      (count >> 8) & 255,
      count & 255,
    );
    expect(codeOf(() => decodeDocument(concatBytes(head, new Uint8Array(count))))).toBe('corrupt');
  });

  test('cut anywhere, or followed by anything', () => {
    const document = encode({
      ...good,
      frames: [[0, 300, 70_000, 6, new Uint8Array(8)]],
      sha256: new Uint8Array(32),
    });
    for (let length = 0; length < document.length; length++) {
      expect(codeOf(() => decodeDocument(document.slice(0, length)))).toBe('corrupt');
    }
    expect(codeOf(() => decodeDocument(concatBytes(document, Uint8Array.of(0xc0))))).toBe('corrupt');
  });

  test('let nothing but a ZnnError escape', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void codeOf(() => decodeDocument(bytes))));
    const values = fc.anything({ withBigInt: false, withDate: false, maxDepth: 3 });
    fc.assert(
      fc.property(values, (value) => void codeOf(() => decodeDocument(encode({ ...good, frames: [value] })))),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENCODINGS, type Encoding } from '../../../src/format/frame/dtypes.js';
import { encodedBytesMax } from '../../../src/format/frame/geometry.js';
import { FRAME_HEADER_MAX_BYTES } from '../../../src/format/frame/header.js';
import { decodeFrameHeader } from '../../../src/format/frame/header-decode.js';
import { encodeFrameHeader } from '../../../src/format/frame/header-encode.js';
import { concatBytes, fromHex, patched, toHex, u64Bytes } from '../../support/bytes.js';
import { codeOf, faultOf } from '../../support/throws.js';

// Headers (and shapes) by zipnn 0.5.4: ZipNN(bytearray_dtype=..., ...).compress(bytearray(range(24))), and for the last
// three ZipNN(input_format=...).compress(x) of torch.arange(300, dtype=torch.bfloat16).reshape(1, 300),
// torch.tensor(1.5) and numpy.arange(6, dtype=numpy.float32).reshape(2, 3).
const STOCK = {
  bfloat16: '5a4e0005040a0100010000000000120618000000000000004a00000000000000',
  float16: '5a4e0005040a0000010000000000120418000000000000004a00000000000000',
  float32: '5a4e000504dc0100010000000000120118000000000000005c00000000000000',
  float8_e4m3fn: '5a4e0005040a0100010000000000121d18000000000000004100000000000000',
  float8_e5m2: '5a4e0005040a0100010000000000121e18000000000000004100000000000000',
  streaming: '5a4e0005040a0100010000000084120610000000000000004200000000000000',
  chunkOf1KiB: '5a4e000504dc01000100000000000a0118000000000000005c00000000000000',
  delta: '5a4e0005040a0100010100000000120618000000000000004a00000000000000',
  torch: '5a4e0005040a010002000000000012065802000000000000d501000000000000 020101022c01',
  torchScalar: '5a4e000504dc0100020000000000120104000000000000004900000000000000 00',
  numpy: '5a4e000504dc010003000000000012011800000000000000570000000000000002 01020103',
};

describe('headers by the stock package', () => {
  const decode = (name: keyof typeof STOCK) => decodeFrameHeader(fromHex(STOCK[name]));

  test.each([
    ['bfloat16', { planeCount: 2, rotated: true, chunkBytes: 262144, dtypeCode: 6 }],
    ['float16', { planeCount: 2, rotated: false, chunkBytes: 262144, dtypeCode: 4 }],
    ['float32', { planeCount: 4, rotated: true, chunkBytes: 262144, dtypeCode: 1 }],
    ['float8_e4m3fn', { planeCount: 1, rotated: false, chunkBytes: 131072, dtypeCode: 29 }],
    ['float8_e5m2', { planeCount: 1, rotated: false, chunkBytes: 131072, dtypeCode: 30 }],
  ] as const)('%s', (dtypeName, expected) => {
    expect(decode(dtypeName)).toMatchObject({
      ...expected,
      dtypeName,
      version: [0, 5, 4],
      promisesFrameIndex: false,
      inputFormat: 'bytes',
      delta: 'none',
      isStreaming: false,
      rawBytes: 24,
      headerBytes: 32,
    });
  });

  test('streaming, other chunks, delta', () => {
    expect(decode('streaming')).toMatchObject({ isStreaming: true, rawBytes: 16, encodedBytes: 66 });
    expect(decode('chunkOf1KiB')).toMatchObject({ chunkBytes: 1024, rawBytes: 24, encodedBytes: 92 });
    expect(decode('delta')).toMatchObject({ delta: 'byte' });
  });

  test('shapes of torch and numpy, rank 0 among them', () => {
    expect(decode('torch')).toMatchObject({ inputFormat: 'torch', shape: [1, 300], headerBytes: 38 });
    expect(decode('torchScalar')).toMatchObject({ inputFormat: 'torch', shape: [], headerBytes: 33 });
    expect(decode('numpy')).toMatchObject({ inputFormat: 'numpy', shape: [2, 3], headerBytes: 37 });
  });
});

describe('headers that znn writes', () => {
  test('are laid out as specified', () => {
    const fields = { rawBytes: 0x0102030405, encodedBytes: 0x0607080910, promisesFrameIndex: true };
    const header = toHex(encodeFrameHeader({ ...fields, encoding: 'f32' }));
    expect(header).toBe('5a4e000584dc01010100000000961201' + '0504030201000000' + '1009080706000000');
    const plain = toHex(encodeFrameHeader({ ...fields, encoding: 'bytes', promisesFrameIndex: false }));
    expect(plain.slice(0, 32)).toBe('5a4e0005040a0001010000000096121d');
  });

  test('decode to what was encoded', () => {
    const encodings = fc.constantFrom(...(Object.keys(ENCODINGS) as Encoding[]));
    fc.assert(
      fc.property(encodings, fc.nat(2 ** 45), fc.boolean(), (encoding, rawBytes, promisesFrameIndex) => {
        const { planeCount, rotated, dtypeCode } = ENCODINGS[encoding];
        const encodedBytes = encodedBytesMax(rawBytes, planeCount, 1 << 17);
        const header = encodeFrameHeader({ encoding, rawBytes, encodedBytes, promisesFrameIndex });
        expect(decodeFrameHeader(header)).toMatchObject({
          ...{ planeCount, rotated, dtypeCode, rawBytes, encodedBytes, promisesFrameIndex },
          ...{
            version: [0, 5, promisesFrameIndex ? 132 : 4],
            isStreaming: true,
            delta: 'none',
            headerBytes: 32,
          },
        });
      }),
    );
  });

  test('carry any shape that is a tensor', () => {
    const dimension = fc.oneof(fc.nat(300), fc.constantFrom(65535, 65536, 2 ** 32 - 1, 2 ** 32, 2 ** 40));
    const shapes = fc
      .array(dimension, { maxLength: 6 })
      .filter((shape) => 2 * shape.reduce((a, b) => a * b, 1) < 2 ** 48);
    fc.assert(
      fc.property(shapes, (shape) => {
        const rawBytes = 2 * shape.reduce((product, each) => product * each, 1);
        const encodedBytes = 4096 + encodedBytesMax(rawBytes, 2, 1 << 18);
        const fields = { rawBytes, encodedBytes, promisesFrameIndex: false, shape };
        const header = encodeFrameHeader({ ...fields, encoding: 'bf16' });
        const headerBytes = header.length;
        const decoded = decodeFrameHeader(concatBytes(header, new Uint8Array(8)));
        expect(decoded).toMatchObject({ shape, headerBytes, inputFormat: 'torch', isStreaming: false });
        expect(headerBytes).toBeLessThanOrEqual(FRAME_HEADER_MAX_BYTES);
        for (let length = 0; length < headerBytes; length++) {
          expect(codeOf(() => decodeFrameHeader(header.subarray(0, length)))).toBe('truncated');
        }
      }),
      { numRuns: 50 },
    );
  });

  test('of a rank that a byte cannot hold are refused', () => {
    const shape = new Array<number>(256).fill(1);
    const fields = { rawBytes: 2, encodedBytes: 4000, promisesFrameIndex: false, shape };
    expect(codeOf(() => encodeFrameHeader({ ...fields, encoding: 'bf16' }))).toBe('invalid-argument');
  });
});

describe('refusals', () => {
  const bf16 = fromHex(STOCK.bfloat16);
  const withByte = (offset: number, value: number, from = bf16) => patched(from, offset, [value]);
  const withSize = (offset: number, value: bigint) => patched(bf16, offset, u64Bytes(value));

  test.each([
    ['another magic', withByte(0, 0x50), 'corrupt: frame header: the first bytes are 504e, not 5a4e ("ZN")'],
    [
      'an unknown input format',
      withByte(8, 4),
      'unsupported: frame header: input format 4 is not one of 1, 2, 3',
    ],
    ['an unknown delta', withByte(9, 3), 'unsupported: frame header: delta 3 is not one of 0, 1, 2, 16'],
    ['a lossy flag', withByte(11, 27), 'unsupported: frame header: lossy flags 0 27 0 are not 0 0 0'],
    ['bit reorder 2', withByte(6, 2), 'unsupported: frame header: bit reorder 2 is not 0 or 1'],
    ['a chunk of 2 bytes', withByte(14, 1), 'corrupt: frame header: chunk log2 1 is outside 2 to 30'],
    ['a chunk of 2^31 bytes', withByte(14, 31), 'corrupt: frame header: chunk log2 31 is outside 2 to 30'],
  ])('%s', (_, header, fault) => {
    expect(faultOf(() => decodeFrameHeader(header))).toBe(fault);
  });

  test('every dtype code but the seven that have planes', () => {
    const decodable = [...Array(256).keys()].filter((code) => {
      const planes = { 1: 4, 2: 4 }[code] ?? 2;
      const header = patched(withByte(5, planes === 4 ? 220 : 10), 15, [code]);
      return codeOf(() => decodeFrameHeader(header)) !== 'unsupported';
    });
    expect(decodable).toEqual([1, 2, 4, 5, 6, 29, 30]);
  });

  test('byte reorders that drop or mix planes', () => {
    const decodable = (hex: string) =>
      [...Array(256).keys()].filter((value) => {
        return codeOf(() => decodeFrameHeader(withByte(5, value, fromHex(hex)))) === 'nothing';
      });
    expect(decodable(STOCK.bfloat16)).toEqual([10]);
    expect(decodable(STOCK.float32)).toEqual([220]);
    expect(decodable(STOCK.float8_e4m3fn)).toHaveLength(256);
  });

  test.each([0n, 31n, 32n, 51n])(
    '%s encoded bytes, fewer than header, tables and a byte for each plane',
    (size) => {
      expect(codeOf(() => decodeFrameHeader(withSize(24, size)))).toBe('corrupt');
      expect(codeOf(() => decodeFrameHeader(withSize(24, 52n)))).toBe('nothing');
    },
  );

  test.each([2n ** 31n + 1n, 2n ** 32n - 1n, 2n ** 52n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])(
    '%s raw bytes, far more than the frame can hold',
    (size) => {
      expect(codeOf(() => decodeFrameHeader(withSize(16, size)))).toBe('corrupt');
    },
  );

  test('sizes that a number cannot hold exactly', () => {
    const fault = faultOf(() => decodeFrameHeader(withSize(24, 2n ** 53n)));
    expect(fault).toBe('corrupt: frame header: encoded bytes 9007199254740992 exceeds 9007199254740991');
    expect(codeOf(() => decodeFrameHeader(withSize(24, 2n ** 53n - 1n)))).toBe('nothing');
  });

  test('a shape of another size than the raw bytes, of a strange dimension, or longer than the frame', () => {
    const torch = fromHex(STOCK.torch);
    expect(faultOf(() => decodeFrameHeader(patched(torch, 34, [2])))).toBe(
      'corrupt: frame header: shape [2, 300] takes 1200 bytes, raw bytes is 600',
    );
    expect(codeOf(() => decodeFrameHeader(patched(torch, 33, [3])))).toBe('corrupt');
    expect(codeOf(() => decodeFrameHeader(patched(torch, 24, u64Bytes(36n))))).toBe('corrupt');
  });

  test('nothing but a ZnnError, whatever the bytes', () => {
    const starts = fc.constantFrom(...Object.values(STOCK).map(fromHex));
    const edits = fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(starts, edits, fc.uint8Array({ maxLength: 40 }), (start, changes, tail) => {
        const bytes = concatBytes(start, tail);
        for (const [offset, value] of changes) if (offset < bytes.length) bytes[offset] = value;
        codeOf(() => decodeFrameHeader(bytes));
      }),
    );
  });
});

// Headers that lie, or ask for what no version can do.

import type { ZnnErrorCode } from '../../../src/errors.js';
import { frameOf, frameOfRaw } from '../../reference/frame-encode.js';
import { u64, withBytes } from '../byte-edits.js';
import { BF16, BFLOAT16, FP8 } from './sources.js';
import type { BrokenCase } from './types.js';

export function headerFields(): BrokenCase[] {
  const field = (
    name: string,
    offset: number,
    value: number,
    code: ZnnErrorCode = 'unsupported',
  ): BrokenCase => ({
    name: `header-${name}`,
    how: `byte ${offset} of the header is ${value}`,
    code,
    file: withBytes(BF16, offset, [value]),
  });
  return [
    field('magic', 0, 0x50, 'corrupt'),
    field('magic-2', 1, 0x6e, 'corrupt'),
    field('byte-reorder-0', 5, 0),
    field('byte-reorder-truncating', 5, 1),
    field('byte-reorder-of-32-bit', 5, 220),
    field('bit-reorder-2', 6, 2),
    field('input-format-0', 8, 0),
    field('input-format-4', 8, 4),
    field('delta-1', 9, 1),
    field('delta-3', 9, 3),
    field('lossy-type', 10, 1),
    field('lossy-factor', 11, 27),
    field('lossy-is-int', 12, 1),
    field('chunk-of-1-byte', 14, 0, 'corrupt'),
    field('dtype-0', 15, 0),
    field('dtype-float64', 15, 3),
    field('dtype-uint32', 15, 15),
    field('dtype-255', 15, 255),
    shape('rank-255', 'a rank of 255 in a frame too short for it', [255, 1, 2]),
    shape('dimension-3', 'a dimension of 3 bytes', [1, 3, 1, 1, 1]),
  ];
}

function shape(name: string, how: string, bytes: number[]): BrokenCase {
  const streams = [{ type: 0, bytes: Uint8Array.of(1, 2) }];
  const parts = { dtypeCode: BFLOAT16, rawBytes: 4, planes: [streams, streams], inputFormat: 2 };
  return {
    name: `shape-${name}`,
    how,
    code: 'corrupt',
    file: frameOf({ ...parts, shape: Uint8Array.from(bytes) }),
  };
}

export function lyingSizes(): BrokenCase[] {
  const sizes: [string, bigint][] = [
    ['0', 0n],
    ['2p31-1', 2n ** 31n - 1n],
    ['2p31+1', 2n ** 31n + 1n],
    ['2p32-1', 2n ** 32n - 1n],
    ['2p32+1', 2n ** 32n + 1n],
    ['2p53', 2n ** 53n],
    ['2p63', 2n ** 63n],
    ['2p64-1', 2n ** 64n - 1n],
  ];
  const raw = sizes.map(([name, size]): BrokenCase => {
    const file = withBytes(BF16, 16, u64(size));
    return { name: `raw-bytes-${name}`, how: `the header claims ${size} raw bytes`, code: 'corrupt', file };
  });
  const tooShort = [0n, 31n, 32n, 40n].map((size): BrokenCase => {
    const file = withBytes(BF16, 24, u64(size));
    return {
      name: `frame-bytes-${size}`,
      how: `the header claims a frame of ${size} bytes`,
      code: 'corrupt',
      file,
    };
  });
  const tooLong = sizes.slice(1).map(([name, size]): BrokenCase => {
    const code = size < 2n ** 53n ? 'truncated' : 'corrupt';
    const file = withBytes(BF16, 24, u64(size));
    return { name: `frame-bytes-${name}`, how: `the header claims a frame of ${size} bytes`, code, file };
  });
  const bomb = withBytes(
    withBytes(frameOfRaw(new Uint8Array(64), FP8, 1, false), 14, [62]),
    16,
    u64(2n ** 50n),
  );
  const wide = withBytes(withBytes(frameOfRaw(new Uint8Array(64), 1, 4, true), 14, [62]), 16, u64(2n ** 50n));
  return [
    ...raw,
    ...tooShort,
    ...tooLong,
    {
      name: 'bomb-one-plane',
      how: 'a constant plane of 2^50 bytes; the chunks of one plane are cut',
      code: 'corrupt',
      file: bomb,
    },
    {
      name: 'bomb-four-planes',
      how: 'a chunk of 2^50 bytes in four constant planes',
      code: 'corrupt',
      file: wide,
    },
  ];
}

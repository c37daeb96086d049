import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSafetensorsHeader, readSafetensorsHeader } from '../../../src/format/safetensors/header.js';
import { concatBytes, u64Bytes, utf8 } from '../../support/bytes.js';
import { memorySource, sparseSource } from '../../support/memory-source.js';
import { headerOf, safetensorsHeader } from '../../support/safetensors.js';
import { DTYPE_BITS, VERDICTS } from './safetensors-verdicts.js';

const readFile = (bytes: Uint8Array) => readSafetensorsHeader(memorySource(bytes));
const readJson = (json: string, dataBytes: number) =>
  readFile(concatBytes(safetensorsHeader(json), new Uint8Array(dataBytes)));

function headerFrom(reading: ReturnType<typeof readFile>) {
  if (!reading.isCanonical) throw new Error(reading.reason);
  return reading.header;
}

function reasonFrom(reading: ReturnType<typeof readFile>): string {
  return reading.isCanonical ? 'canonical' : reading.reason;
}

describe('against the safetensors library', () => {
  /** Where the library takes what is ambiguous or against its own description, and znn does not. */
  const STRICTER = ['leading space', 'metadata duplicate key', 'duplicate tensor', 'dimension above 2^53'];
  /** A dtype that is not known today may be tomorrow. */
  const LAXER = ['unknown dtype'];

  test.each(VERDICTS)('%s', (name, json, dataBytes, isOpened) => {
    const expected = STRICTER.includes(name) ? false : LAXER.includes(name) ? true : isOpened;
    expect(readJson(json, dataBytes).isCanonical, reasonFrom(readJson(json, dataBytes))).toBe(expected);
  });

  test.each(DTYPE_BITS)('%s takes %i bits an element', (dtype, bits) => {
    const json = (bytes: number) => `{"a":{"dtype":"${dtype}","shape":[2,4],"data_offsets":[0,${bytes}]}}`;
    expect(readJson(json(bits), bits).isCanonical).toBe(true);
    expect(readJson(json(bits + 1), bits + 1).isCanonical).toBe(false);
  });
});

describe('what is read', () => {
  test('tensors in data order, with their place in the file', () => {
    const json =
      '{"b":{"dtype":"BF16","shape":[2,1],"data_offsets":[4,8]},"__metadata__":{"format":"pt"},' +
      '"e":{"dtype":"F32","shape":[0],"data_offsets":[4,4]},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}  ';
    const headerBytes = 8 + json.length;
    const { metadata, ...read } = headerFrom(readJson(json, 8));
    expect([...(metadata ?? [])]).toEqual([['format', 'pt']]);
    expect(read).toEqual({
      headerBytes,
      tensors: [
        { name: 'a', dtype: 'F32', shape: [], fileStart: headerBytes, fileEnd: headerBytes + 4 },
        { name: 'e', dtype: 'F32', shape: [0], fileStart: headerBytes + 4, fileEnd: headerBytes + 4 },
        { name: 'b', dtype: 'BF16', shape: [2, 1], fileStart: headerBytes + 4, fileEnd: headerBytes + 8 },
      ],
    });
  });

  test('names that are dangerous as object keys stay names', () => {
    const names = ['__proto__', 'constructor', 'toString', '__metadata', ''];
    const header = headerOf(
      names.map((name) => ({ name, dtype: 'U8', shape: [0], bytes: 0 })),
      { __proto__: 'x', constructor: 'y' },
    );
    const read = headerFrom(readFile(header));
    expect(read.tensors.map((tensor) => tensor.name)).toEqual(names);
    expect(new Map(read.metadata).get('constructor')).toBe('y');
    expect(readJson('{"__metadata__":{"__proto__":"x"}}', 0)).toMatchObject({ isCanonical: true });
  });

  test('names with any escape are decoded', () => {
    const json = String.raw`{"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`;
    expect(headerFrom(readJson(json, 1)).tensors[0]?.name).toBe('"\\/\b\f\n\r\té😀é');
  });

  test('no metadata and empty metadata are told apart', () => {
    expect(headerFrom(readJson('{}', 0)).metadata).toBeUndefined();
    expect(headerFrom(readJson('{"__metadata__":null}', 0)).metadata).toBeUndefined();
    expect(headerFrom(readJson('{"__metadata__":{}}', 0)).metadata).toBeDefined();
    expect([...(headerFrom(readJson('{"__metadata__":{}}', 0)).metadata ?? [1])]).toEqual([]);
  });

  test('offsets up to 2^53 - 1 are exact', () => {
    const end = Number.MAX_SAFE_INTEGER - 1000;
    const header = safetensorsHeader(`{"a":{"dtype":"NEW","shape":[3],"data_offsets":[0,${end}]}}`);
    const reading = readSafetensorsHeader(sparseSource(header.length + end, [[0, header]]));
    expect(headerFrom(reading).tensors[0]?.fileEnd).toBe(header.length + end);
  });

  test('unknown dtypes pass as bytes, their length from the offsets', () => {
    const json = '{"a":{"dtype":"F2_NEXT","shape":[1000],"data_offsets":[0,3]}}';
    expect(headerFrom(readJson(json, 3)).tensors[0]).toMatchObject({ dtype: 'F2_NEXT', shape: [1000] });
  });
});

describe('what is not canonical, and why', () => {
  test.each([
    ['an empty file', new Uint8Array(), '0 bytes are too few for a header length'],
    ['7 bytes', new Uint8Array(7), '7 bytes are too few for a header length'],
    ['a header of 0 bytes', new Uint8Array(8), 'the header does not begin with "{"'],
    [
      'a header beyond the file',
      Uint8Array.from([...u64Bytes(2n), 0x7b]),
      'header bytes 2 exceeds the 1 that follow',
    ],
    [
      'a header above 100 MB',
      Uint8Array.from(u64Bytes(100_000_001n)),
      'header bytes 100000001 exceeds 100000000',
    ],
    [
      'a header of 2^64 - 1',
      Uint8Array.from(u64Bytes(2n ** 64n - 1n)),
      'header bytes 18446744073709551615 exceeds 100000000',
    ],
    [
      'invalid UTF-8',
      concatBytes(Uint8Array.from(u64Bytes(5n)), utf8('{"'), Uint8Array.of(0xff), utf8('":')),
      'the header is not UTF-8',
    ],
  ])('%s', (_, bytes, reason) => {
    expect(readFile(bytes)).toEqual({ isCanonical: false, reason });
  });

  test.each([
    [
      '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}',
      6,
      'tensor "b": a hole at data offset 4',
    ],
    [
      '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}',
      5,
      'tensor "b": an overlap at data offset 4',
    ],
    [
      '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[0],"data_offsets":[4,4]}}',
      4,
      '"a" occurs twice',
    ],
    [
      '{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}',
      0,
      'tensor "a": its shape overflows 64 bits',
    ],
    [
      '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4.0]}}',
      4,
      'JSON: "4.0" at character 49, expected an integer of 0 to 2^53 - 1 in data_offsets',
    ],
    [
      '{"a":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,4]}}',
      4,
      'JSON: "9007199254740993" at character 28, expected an integer of 0 to 2^53 - 1 in shape',
    ],
    [
      '{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}',
      2,
      'tensor "a": its shape takes 12 bits, its data 2 bytes',
    ],
    ['{}', 3, 'the tensors end at 10, the file at 13'],
  ])('%s', (json, dataBytes, reason) => {
    expect(reasonFrom(readJson(json, dataBytes))).toBe(reason);
  });

  test('a file of another kind is recognised from its first bytes', () => {
    const source = memorySource(new Uint8Array(1 << 20).fill(1));
    expect(readSafetensorsHeader(source).isCanonical).toBe(false);
    expect(source.reads).toEqual({ count: 1, bytes: 9 });
  });

  test('no value is too deep to refuse, and none overflows the stack', () => {
    const nested = (depth: number) =>
      `{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":${'[{"y":'.repeat(depth)}1${'}]'.repeat(depth)}}}`;
    expect(readJson(nested(64), 0).isCanonical).toBe(true);
    expect(reasonFrom(readJson(nested(65), 0))).toBe('JSON: a value nests more than 128 deep');
    expect(readJson(`{"a":${'['.repeat(1_000_000)}`, 0).isCanonical).toBe(false);
    expect(readJson(`${'{"a":'.repeat(1_000_000)}`, 0).isCanonical).toBe(false);
  });

  test('a header cut anywhere is not canonical', () => {
    const json =
      '{"__metadata__":{"a":"b"},"t":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4],"x":[null,{"y":-1e5}]}}';
    for (let length = 0; length < json.length; length++) {
      expect(readJson(json.slice(0, length), 4).isCanonical).toBe(false);
    }
    expect(readJson(json, 4).isCanonical).toBe(true);
  });

  test('nothing is thrown, whatever the bytes', () => {
    const json = '{"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
    const edits = fc.array(fc.tuple(fc.nat(json.length - 1), fc.nat(255)), { maxLength: 3 });
    fc.assert(
      fc.property(edits, (changes) => {
        const bytes = utf8(json);
        for (const [offset, value] of changes) bytes[offset] = value;
        expect(typeof parseSafetensorsHeader(bytes, 9 + json.length).isCanonical).toBe('boolean');
      }),
    );
  });
});

describe('scale', () => {
  test('100,000 tensors in any order are read in less than 15 s', () => {
    const tensors = Array.from({ length: 100_000 }, (_, i) => ({
      name: `model.layers.${i}.mlp.experts.gate_proj.weight`,
      dtype: 'BF16',
      shape: [1, 2],
      bytes: 4,
    }));
    const header = headerOf(tensors);
    const started = performance.now();
    const read = headerFrom(readSafetensorsHeader(sparseSource(header.length + 400_000, [[0, header]])));
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(read.tensors).toHaveLength(100_000);
  });

  test('40 MB of padding, or of escapes, take less than 15 s', () => {
    const padding = ' '.repeat(40_000_000);
    const escapes = `{"__metadata__":{"a":"${'\\n'.repeat(20_000_000)}"}}`;
    const started = performance.now();
    expect(readJson(`{${padding}}${padding}`, 0).isCanonical).toBe(true);
    expect(new Map(headerFrom(readJson(escapes, 0)).metadata).get('a')).toHaveLength(20_000_000);
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});

test('a tensor reads the same in the usual notation and in any other', () => {
  const integer = fc.oneof(fc.nat(9), fc.maxSafeNat(), fc.constant(999_999_999_999_999));
  const tensor = fc.record({
    dtype: fc.constantFrom('BF16', 'F8_E4M3', 'X1'),
    shape: fc.array(integer, { maxLength: 10 }),
    data_offsets: fc.tuple(integer, integer),
  });
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), tensor), fc.nat(100), (tensors, dataBytes) => {
      const read = (space?: number) => readJson(JSON.stringify(tensors, undefined, space), dataBytes);
      // Refused or not, and then for what: positions aside, which white space moves.
      const outcome = (reading: ReturnType<typeof readFile>) =>
        reading.isCanonical ? reading.header.tensors : reading.reason;
      const usual = readJson(JSON.stringify(tensors), dataBytes);
      const long = read(1);
      const withoutSizes = (value: unknown) => JSON.stringify(value).replace(/\d+/g, '#');
      expect(withoutSizes(outcome(usual))).toBe(withoutSizes(outcome(long)));
      if (usual.isCanonical && long.isCanonical)
        expect(usual.header.tensors.map(({ shape }) => shape)).toEqual(
          long.header.tensors.map(({ shape }) => shape),
        );
    }),
  );
});

test.each([
  '{"dtype":"U8","shape":[01],"data_offsets":[0,1]}',
  '{"dtype":"U8","shape":[1,],"data_offsets":[0,1]}',
  '{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}',
  '{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}',
  '{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}',
  '{"dtype":"U8","shape":[1],"data_offsets":[0,1],"dtype":"U8"}',
  '{"dtype":"U8","shape":[1],"data_offsets":[0,1]',
])('what is nearly the usual notation is refused: %s', (tensor) => {
  expect(readJson(`{"a":${tensor}}`, 1).isCanonical).toBe(false);
});

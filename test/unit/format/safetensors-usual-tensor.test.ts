import { expect, test } from 'vitest';
import { parseEntries } from '../../../src/format/safetensors/entries.js';
import { UsualTensorReader } from '../../../src/format/safetensors/usual-entry.js';

const utf8 = new TextEncoder();
const readerOf = (text: string) => new UsualTensorReader(utf8.encode(text), text, 100);
const read = (text: string) => readerOf(text).read(0);
const parse = (text: string, tensorsMax: number) => parseEntries(utf8.encode(text), 100, tensorsMax);

test('a tensor as the safetensors library writes it', () => {
  const text = '"a.b":{"dtype":"F8_E4M3","shape":[2,30],"data_offsets":[7,67]}';
  const reader = readerOf(`{${text},`);
  expect(reader.read(1)).toEqual({
    name: 'a.b',
    dtype: 'F8_E4M3',
    shape: [2, 30],
    fileStart: 107,
    fileEnd: 167,
  });
  expect(reader.position).toBe(1 + text.length);
});

test('tensors of other dtypes and no dimensions, one after the other', () => {
  const reader = readerOf(
    ['BF16', 'F32', 'BF1']
      .map((dtype, i) => `"${i}":{"dtype":"${dtype}","shape":[],"data_offsets":[0,1]}`)
      .join(','),
  );
  const dtypes: (string | undefined)[] = [];
  for (let start = 0; start < 150; start = reader.position + 1) dtypes.push(reader.read(start)?.dtype);
  expect(dtypes).toEqual(['BF16', 'F32', 'BF1']);
});

test('neighbours of one shape share it, others do not', () => {
  const reader = readerOf(
    ['2,3', '2,3', '2', '3', '', '0,0', '2,3']
      .map((shape) => `"":{"dtype":"F32","shape":[${shape}],"data_offsets":[0,4]}`)
      .join(','),
  );
  const shapes: unknown[] = [];
  for (let start = 0; shapes.length < 7; start = reader.position + 1) shapes.push(reader.read(start)?.shape);
  expect(shapes).toEqual([[2, 3], [2, 3], [2], [3], [], [0, 0], [2, 3]]);
  expect(shapes[1]).toBe(shapes[0]);
});

test('a header with letters beyond ASCII is read as well', () => {
  const text =
    '{"ä":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F16","shape":[],"data_offsets":[8,10]}}';
  expect(parse(text, 2).tensors).toEqual([
    { name: 'ä', dtype: 'F32', shape: [2], fileStart: 100, fileEnd: 108 },
    { name: 'b', dtype: 'F16', shape: [], fileStart: 108, fileEnd: 110 },
  ]);
});

test('a name that occurs twice is noticed wherever the two stand', () => {
  const tensor = (name: string) => `"${name}":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`;
  const parseAll = (names: string[]) => parse(`{${names.map(tensor).join(',')}}`, 9);
  for (const names of [
    ['b', 'c.10', 'a', 'c.9', 'c.1'],
    ['a', 'b', 'c.1', 'c.10', 'c.9'],
    ['a', 'b', 'c.1', 'c.9', 'c.10'],
  ]) {
    expect(() => parseAll(names)).not.toThrow();
    for (const name of names) {
      for (let at = 0; at <= names.length; at++)
        expect(() => parseAll(names.toSpliced(at, 0, name))).toThrow(`"${name}" occurs twice`);
    }
  }
  expect(() => parse('{"__metadata__":null,"__metadata__":{}}', 9)).toThrow('"__metadata__" occurs twice');
});

test.each([
  ['an escape in the name', '"a\\n":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'],
  ['a control character in the name', '"a\n":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'],
  ['a name that does not end', '"a'],
  ['metadata that look like a tensor', '"__metadata__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'],
  ['another order', '"a":{"shape":[1],"dtype":"F32","data_offsets":[0,4]}'],
  ['a field more', '"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}'],
  ['white space', '"a": {"dtype":"F32","shape":[1],"data_offsets":[0,4]}'],
  ['a leading zero', '"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}'],
  ['a comma too many', '"a":{"dtype":"F32","shape":[1,],"data_offsets":[0,4]}'],
  ['a fraction', '"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}'],
  [
    'a number that a double may not hold',
    '"a":{"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,4]}',
  ],
  ['one offset', '"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}'],
  ['nothing', ''],
])('%s takes the long way', (_, text) => {
  expect(read(text)).toBeUndefined();
});

test('both ways notice a name that occurs twice, and too many tensors', () => {
  const usual = '"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
  const unusual = '"a" :{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
  for (const [first, second] of [
    [usual, usual],
    [usual, unusual],
    [unusual, usual],
  ]) {
    expect(() => parse(`{${first},${second}}`, 2)).toThrow('"a" occurs twice');
    expect(() => parse(`{${first}}`, 0)).toThrow('more than 0 tensors');
    expect(() => parse(`{${first},}`, 2)).toThrow('expected a key');
  }
});

import { expect, test } from 'vitest';
import { parseEntries } from '../../../src/format/safetensors-entries.js';
import { UsualTensorReader } from '../../../src/format/safetensors-usual-tensor.js';

const read = (text: string) => new UsualTensorReader(text).read(0);

test('a tensor as the safetensors library writes it', () => {
  const text = '"a.b":{"dtype":"F8_E4M3","shape":[2,30],"data_offsets":[7,67]}';
  const reader = new UsualTensorReader(`{${text},`);
  expect(reader.read(1)).toEqual({
    name: 'a.b',
    dtype: 'F8_E4M3',
    shape: [2, 30],
    dataStart: 7,
    dataEnd: 67,
  });
  expect(reader.position).toBe(1 + text.length);
});

test('tensors of other dtypes and no dimensions, one after the other', () => {
  const reader = new UsualTensorReader(
    ['BF16', 'F32', 'BF1']
      .map((dtype, i) => `"${i}":{"dtype":"${dtype}","shape":[],"data_offsets":[0,1]}`)
      .join(','),
  );
  const dtypes: (string | undefined)[] = [];
  for (let start = 0; start < 150; start = reader.position + 1) dtypes.push(reader.read(start)?.dtype);
  expect(dtypes).toEqual(['BF16', 'F32', 'BF1']);
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
    expect(() => parseEntries(`{${first},${second}}`, 2)).toThrow('"a" occurs twice');
    expect(() => parseEntries(`{${first}}`, 0)).toThrow('more than 0 tensors');
    expect(() => parseEntries(`{${first},}`, 2)).toThrow('expected a key');
  }
});

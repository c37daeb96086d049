import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseModelIndex, renameShards } from '../../../src/format/model/model-index.js';
import { utf8 } from '../../support/bytes.js';
import { codeOf, faultOf } from '../../support/throws.js';

const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
const indexOf = (weightMap: Readonly<Record<string, string>>): string =>
  `${JSON.stringify({ metadata: { total_size: 1 }, weight_map: weightMap }, null, 2)}\n`;

/** The text with each shard renamed by `change`, then back again. */
function thereAndBack(text: string, change: (name: string) => string): { there: string; back: string } {
  const index = parseModelIndex(utf8(text));
  const there = renameShards(index, new Map(index.shardNames.map((name) => [name, change(name)])));
  const renamed = parseModelIndex(there);
  const back = renameShards(renamed, new Map(index.shardNames.map((name) => [change(name), name])));
  return { there: decode(there), back: decode(back) };
}

const addZnn = (name: string): string => `${name}.znn`;
const insertZnn = (name: string): string => name.replace(/\.safetensors$/, '.znn.safetensors');

describe('rewriting', () => {
  test('changes the values of weight_map and nothing else', () => {
    const text = indexOf({ 'a.safetensors': 'm-1.safetensors', b: 'm-2.safetensors', c: 'm-1.safetensors' });
    const { there, back } = thereAndBack(text, addZnn);
    expect(there).toBe(
      indexOf({ 'a.safetensors': 'm-1.safetensors.znn', b: 'm-2.safetensors.znn', c: 'm-1.safetensors.znn' }),
    );
    expect(back).toBe(text);
  });

  test.each([
    ['CRLF and tabs', '{\r\n\t"weight_map" :{ "a"\t:\r\n"m.safetensors" } }\r\n\r\n'],
    ['no white space at all', '{"weight_map":{"a":"m.safetensors"}}'],
    ['a byte order mark', '\ufeff{"weight_map":{"a":"m.safetensors"}}'],
    [
      'escapes in names',
      String.raw`{"weight\u005fmap":{"\u0061\"":"\u006d\u002d1.saf\u0065tensors","b":"m-1.safetensors"}}`,
    ],
    [
      'extra keys, nested and repeated',
      '{"x":[{"weight_map":{"a":"m.safetensors"}}],"y":1,"y":{},"weight_map":{"a":"m.safetensors"},"z":null}',
    ],
    ['one tensor twice', '{"weight_map":{"a":"m.safetensors","a":"n.safetensors"}}'],
    ['sub-folders', '{"weight_map":{"a":"unet/m.safetensors","b":"vae/m.safetensors"}}'],
    ['letters of every plane', '{"weight_map":{"é":"modèle-模型-😀.safetensors"}}'],
    ['no tensors', '{"weight_map":{}}'],
  ])('keeps every other byte: %s', (_, text) => {
    for (const change of [addZnn, insertZnn]) {
      const { there, back } = thereAndBack(text, change);
      expect(back).toBe(text);
      expect(there.replaceAll('.znn', '')).toBe(text);
    }
  });

  test('is undone exactly for any name, any spelling and any insertion', () => {
    const spell = (name: string, escaped: readonly boolean[]): string =>
      [...Array(name.length).keys()]
        .map((i) => {
          const unit = name.charCodeAt(i);
          const isPart = /[\ud800-\udfff]/.test(name.charAt(i));
          if (escaped[i % escaped.length] && !isPart) return `\\u${unit.toString(16).padStart(4, '0')}`;
          return isPart ? name.charAt(i) : JSON.stringify(name.charAt(i)).slice(1, -1);
        })
        .join('');
    const letters = fc.constantFrom('a', 'z', 'n', '.', 'é', '"', '😀', '😁');
    const names = fc.array(letters, { minLength: 1, maxLength: 8 }).map((units) => `${units.join('')}x`);
    fc.assert(
      fc.property(
        names,
        names,
        fc.nat(8),
        fc.array(fc.boolean(), { minLength: 1 }),
        (name, inserted, at, escaped) => {
          const units = [...name];
          const newName = [...units.slice(0, at), inserted, ...units.slice(at)].join('');
          fc.pre(!/[. ]$/.test(newName));
          const text = `{"weight_map":{"t":"${spell(name, escaped)}"}}`;
          const { there, back } = thereAndBack(text, () => newName);
          expect(JSON.parse(there).weight_map.t).toBe(newName);
          expect(back).toBe(text);
        },
      ),
    );
  });

  test('leaves names alone that the mapping does not name', () => {
    const text = indexOf({ a: 'm.safetensors', b: 'n.safetensors' });
    const renamed = renameShards(
      parseModelIndex(utf8(text)),
      new Map([['n.safetensors', 'n.safetensors.znn']]),
    );
    expect(decode(renamed)).toBe(indexOf({ a: 'm.safetensors', b: 'n.safetensors.znn' }));
  });

  test('refuses a new name that could do harm, or that another shard has', () => {
    const index = parseModelIndex(utf8(indexOf({ a: 'm.safetensors', b: 'n.safetensors' })));
    expect(codeOf(() => renameShards(index, new Map([['m.safetensors', '../m']])))).toBe('corrupt');
    expect(codeOf(() => renameShards(index, new Map([['m.safetensors', 'N.safetensors']])))).toBe('corrupt');
  });

  test('500,000 tensors take less than 50 s there and back', () => {
    const entries = Array.from({ length: 500_000 }, (_, i) => {
      return `    "model.layers.${i}.mlp.experts.gate_up_proj.weight_packed_and_scaled": "model-${i % 999}.safetensors"`;
    });
    const text = `{\n  "metadata": {},\n  "weight_map": {\n${entries.join(',\n')}\n  }\n}\n`;
    const started = performance.now();
    expect(thereAndBack(text, addZnn).back === text).toBe(true);
    expect(performance.now() - started).toBeLessThan(50_000);
  });
});

describe('reading', () => {
  test('names each tensor and the distinct shards', () => {
    const index = parseModelIndex(utf8(indexOf({ a: 'm-2', __proto__x: 'm-1', b: 'm-2' })));
    expect(index.shardNames).toEqual(['m-2', 'm-1']);
    expect(index.values.map((value) => [value.tensorName, value.shardName])).toEqual([
      ['a', 'm-2'],
      ['__proto__x', 'm-1'],
      ['b', 'm-2'],
    ]);
  });

  test('__proto__ is a tensor name like any other', () => {
    const { back, there } = thereAndBack('{"weight_map":{"__proto__":"m.bin"},"__proto__":{}}', addZnn);
    expect(there).toBe('{"weight_map":{"__proto__":"m.bin.znn"},"__proto__":{}}');
    expect(back).toBe('{"weight_map":{"__proto__":"m.bin"},"__proto__":{}}');
  });

  test.each([
    ['no JSON', 'hello', 'corrupt: JSON: "h" at character 0, where no token begins with it'],
    ['a list', '[]', 'corrupt: JSON: "[" at character 0, expected an object as model index'],
    ['no weight_map', '{"metadata":{}}', 'corrupt: model index: weight_map is missing'],
    [
      'weight_map twice',
      '{"weight_map":{},"weight_map":{}}',
      'corrupt: model index: weight_map occurs twice',
    ],
    [
      'a list as weight_map',
      '{"weight_map":[]}',
      'corrupt: JSON: "[" at character 14, expected an object as weight_map',
    ],
    [
      'a number as shard',
      '{"weight_map":{"a":1}}',
      'corrupt: JSON: "1" at character 19, expected a shard name as value in weight_map',
    ],
    [
      'more after it',
      '{"weight_map":{}}{}',
      'corrupt: JSON: "{" at character 17, expected nothing but white space after the model index',
    ],
  ])('refuses %s', (_, text, fault) => {
    expect(faultOf(() => parseModelIndex(utf8(text)))).toBe(fault);
  });

  test('refuses bytes that are not UTF-8', () => {
    const bytes = utf8('{"weight_map":{"a":"x"}}');
    bytes[20] = 0xff;
    expect(faultOf(() => parseModelIndex(bytes))).toBe('corrupt: model index: it is not UTF-8');
  });
});

describe('shard names', () => {
  test.each([
    '..',
    '../x.safetensors',
    'a/../../x',
    'a/..',
    './x',
    '/etc/passwd',
    '//host/share',
    'C:',
    'C:/x',
    'c:x',
    'x:stream',
    '..\\x',
    'a\\b',
    '\\\\host\\share',
    '',
    'a//b',
    'a/',
    'x\0.safetensors',
    'x\ny',
    'x.',
    'x ',
    '.../x',
    '.. /x',
  ])('%j is refused', (name) => {
    expect(codeOf(() => parseModelIndex(utf8(indexOf({ a: 'good.safetensors', b: name }))))).toBe('corrupt');
  });

  test.each([
    ['m.safetensors', 'M.safetensors'],
    ['modèle.bin', 'mode\u0300le.bin'],
    ['a/x', 'A/x'],
  ])('%j and %j are refused together: they are one file on many systems', (one, other) => {
    expect(codeOf(() => parseModelIndex(utf8(indexOf({ a: one }))))).toBe('nothing');
    expect(codeOf(() => parseModelIndex(utf8(indexOf({ a: one, b: other }))))).toBe('corrupt');
  });

  test.each(['model-00001-of-00002.safetensors', '.hidden', 'a..b', '..a', 'unet/x y.bin', '模型.bin'])(
    '%j is fine',
    (name) => {
      expect(parseModelIndex(utf8(indexOf({ a: name }))).shardNames).toEqual([name]);
    },
  );
});

import { describe, expect, test } from 'vitest';
import { JsonScanner } from '../../../src/format/json/scanner.js';
import { HeaderMetadata } from '../../../src/format/safetensors/metadata.js';

function metadataOf(json: string): HeaderMetadata {
  const scanner = new JsonScanner(`${json} ,"after"`);
  scanner.next();
  const metadata = new HeaderMetadata(scanner);
  expect(scanner.kind).toBe('}');
  expect(scanner.next()).toBe(',');
  return metadata;
}

/** In order by letters, in order as those that count, and in none. */
const KEYS = {
  'by letters': ['', 'a', 'a10', 'a9', 'b'],
  'as those that count': ['0', '9', '10', '99', '100'],
  'in no order': ['b', 'a', 'znn_index', 'format', '"\\\n😀', '10', '9'],
};

describe.each(Object.entries(KEYS))('keys %s', (_, keys) => {
  const pairs = keys.map((key, i) => [key, `value ${i} of "${key}"`] as const);

  test('are read in their order, however they are written', () => {
    const json = JSON.stringify(Object.fromEntries(pairs));
    const inOrder = Object.entries(JSON.parse(json));
    expect([...metadataOf(json)]).toEqual(inOrder);
    const escaped = json.replaceAll(
      /(?<!\\)[a-z]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    expect([...metadataOf(escaped.replaceAll(/[{}:,](?=")/g, ' $& \n'))]).toEqual(inOrder);
  });

  test('twice are refused, next to each other or far apart, and in other escapes', () => {
    for (const [i, key] of keys.entries()) {
      const members = pairs.map(([each, value]) => `${JSON.stringify(each)}:${JSON.stringify(value)}`);
      for (const place of [i, keys.length]) {
        const twice = members.toSpliced(place, 0, `${JSON.stringify(key)}:"again"`);
        expect(() => metadataOf(`{${twice.join(',')}}`)).toThrow(`${JSON.stringify(key)} occurs twice`);
      }
    }
    expect(() => metadataOf('{"a":"1","\\u0061":"2"}')).toThrow('"a" occurs twice');
    expect(() => metadataOf('{"b":"0","a":"1","\\u0061":"2"}')).toThrow('"a" occurs twice');
  });
});

test('the keys that a container is read by are at hand, wherever they stand', () => {
  const metadata = metadataOf('{"x":"1","\\u0066ormat":"pt","znn_version":"1","format2":"no"}');
  expect(metadata.get('format')).toBe('pt');
  expect(metadata.get('znn_version')).toBe('1');
  expect([metadata.has('znn_index'), metadata.has('format')]).toEqual([false, true]);
  expect(metadata.get('znn_compressed_vectors')).toBeUndefined();
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requireToken, skipValue } from '../../../src/format/json/reader.js';
import { JsonScanner } from '../../../src/format/json/scanner.js';
import { codeOf, faultOf } from '../../support/throws.js';

function skipDocument(text: string): void {
  const scanner = new JsonScanner(text);
  scanner.next();
  skipValue(scanner);
  scanner.next();
  requireToken(scanner, 'end', 'nothing more');
}

/** Whether JSON.parse takes it; half a surrogate pair, which it takes too, is the one thing that is refused here. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('the same documents as JSON.parse', () => {
  test('are accepted, in any formatting', () => {
    const spaces = fc.constantFrom(0, 1, 4, '\t', ' \n');
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), spaces, (value, space) => {
        const text = JSON.stringify(value, null, typeof space === 'string' ? undefined : space);
        expect(faultOf(() => skipDocument(text.replaceAll('\n', '\r\n')))).toBe('nothing');
      }),
    );
  });

  test('and the same are refused, one edit away from a good one', () => {
    const alphabet = '{}[]:,"\\ue+-.019tfnrl \n\u0001';
    const edits = fc.tuple(fc.nat(200), fc.constantFrom(...alphabet, ''), fc.boolean());
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 3 }),
        fc.array(edits, { minLength: 1, maxLength: 3 }),
        (value, changes) => {
          let text = JSON.stringify(value);
          for (const [at, character, isInsertion] of changes) {
            const offset = at % (text.length + 1);
            text = text.slice(0, offset) + character + text.slice(offset + (isInsertion ? 0 : 1));
          }
          if (/\\u[dD][89a-fA-F]/.test(text)) return;
          expect(codeOf(() => skipDocument(text)) === 'nothing', text).toBe(isJson(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    '',
    ' ',
    '01',
    '1.',
    '.5',
    '1e',
    '+1',
    '-',
    'nul',
    'nulll',
    'NaN',
    "'a'",
    '{a:1}',
    '[1,]',
    '{"a":1,}',
    '// x\n1',
    '/**/1',
    '"\t"',
    '"\\x"',
    '"\\u12"',
    '"',
    '\u00a01',
    '\ufeff1',
    '1 2',
  ])('neither takes %j', (text) => {
    expect(isJson(text)).toBe(false);
    expect(codeOf(() => skipDocument(text))).toBe('corrupt');
  });

  test('strings get the same value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const scanner = new JsonScanner(JSON.stringify(value));
        scanner.next();
        expect(scanner.stringValue()).toBe(value);
      }),
    );
  });
});

test('half a surrogate pair is refused, since UTF-8 cannot say it', () => {
  expect(faultOf(() => skipDocument('["\\ud800"]'))).toBe(
    'corrupt: JSON: half a surrogate pair in the string at character 1',
  );
  expect(faultOf(() => skipDocument('["\\ud83d\\ude00"]'))).toBe('nothing');
});

test('tokens stand where they are said to stand', () => {
  const text = ' {"a\\"b" : [-1.5e3,true]}';
  const scanner = new JsonScanner(text);
  const tokens = [];
  while (scanner.next() !== 'end') tokens.push([scanner.kind, text.slice(scanner.start, scanner.end)]);
  expect(tokens).toEqual([
    ['{', '{'],
    ['string', '"a\\"b"'],
    [':', ':'],
    ['[', '['],
    ['number', '-1.5e3'],
    [',', ','],
    ['literal', 'true'],
    [']', ']'],
    ['}', '}'],
  ]);
});

test('an error says where, what was found and what was expected', () => {
  expect(faultOf(() => skipDocument('{"a" 1}'))).toBe('corrupt: JSON: "1" at character 5, expected ":"');
  expect(faultOf(() => skipDocument('[1'))).toBe(
    'corrupt: JSON: the end at character 2, expected "," or "]"',
  );
});

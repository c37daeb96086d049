import { describe, expect, test } from 'vitest';
import { assertNoPointer, pointerIn, pointerText } from '../../../src/format/foreign/pointers.js';
import { utf8 } from '../../support/bytes.js';
import { memorySource } from '../../support/memory-source.js';

const OID = '4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393';
const lfs = (first = 'version https://git-lfs.github.com/spec/v1') =>
  `${first}\noid sha256:${OID}\nsize 12345\n`;
const found = (text: string) => pointerIn(memorySource(utf8(text)));
const LFS = { tool: 'Git LFS', command: 'git lfs pull', sizeBytes: 12345, sha256: OID };

describe('a Git LFS pointer', () => {
  test.each([
    ['of the public specification', lfs()],
    ['from before its release', lfs('version https://hawser.github.com/spec/v1')],
    ['of the first version', lfs('version http://git-media.io/v/2')],
    ['of a version to come', lfs('version https://git-lfs.github.com/spec/v2')],
    ['with lines ends of Windows', lfs().replaceAll('\n', '\r\n')],
    ['with a byte order mark', `\ufeff${lfs()}`],
    ['with extensions', lfs().replace('oid', `ext-0-case sha256:${OID}\nx-other y\noid`)],
    ['without its last line end', lfs().trimEnd()],
  ])('%s says what it stands for', (_, text) => {
    expect(found(text)).toEqual(LFS);
  });

  test('that was cut, or that does not say the size, is one all the same', () => {
    expect(found('version https://git-lfs.github.com/spec/v1\noid sha2')).toEqual({
      tool: 'Git LFS',
      command: 'git lfs pull',
    });
    expect(found(lfs().replace('12345', '9'.repeat(30)))).toEqual({
      ...{ tool: 'Git LFS', command: 'git lfs pull', sha256: OID },
    });
  });

  test('of the oldest kind, without a version', () => {
    expect(found(`# git-media\n${OID}\n`)).toMatchObject({ tool: 'Git LFS' });
    expect(found(`# external\n${OID}`)).toMatchObject({ tool: 'Git LFS' });
  });
});

test.each([
  `/annex/objects/SHA256E-s12345--${OID}.safetensors\n`,
  `/annex/objects/MD5-s12345-m1700000000--0123456789abcdef\n`,
  `../.git/annex/objects/Zz/9q/SHA256E-s12345--${OID}.bin/SHA256E-s12345--${OID}.bin`,
])('a git-annex pointer: %s', (text) => {
  expect(found(text)).toEqual({ tool: 'git-annex', command: 'git annex get', sizeBytes: 12345 });
});

test.each([
  ['', 'nothing'],
  ['version https://example.com/spec/v1\n', 'another tool'],
  ['# about version https://git-lfs.github.com/spec/v1\n', 'a text that names the specification'],
  [`x\n${lfs()}`, 'a pointer further down'],
  ['version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n', 'a hash of nothing'],
  [lfs() + ' '.repeat(1024), 'more bytes than Git LFS reads'],
  ['annex/objects', 'a word of it'],
])('%j is none: %s', (text) => {
  expect(found(text)).toBeUndefined();
});

test('its text says what to do', () => {
  expect(() => assertNoPointer(memorySource(utf8(lfs())))).toThrow(
    expect.objectContaining({
      code: 'unsupported',
      message: 'Git LFS pointer: run `git lfs pull`, which gets the 12345 bytes that it stands for',
    }),
  );
  expect(pointerText({ tool: 'git-annex', command: 'git annex get' })).toBe(
    'git-annex pointer: run `git annex get`',
  );
  expect(() => assertNoPointer(memorySource(utf8('weights')))).not.toThrow();
});

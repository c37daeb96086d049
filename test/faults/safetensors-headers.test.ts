// docs/reliability.md: headers that are wrong, odd or huge. What is not canonical is compressed as plain bytes, so every
// file goes there and back with --rm; --format safetensors, which needs the header, refuses it and changes nothing.

import { createCipheriv } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { concatBytes, u64Bytes, utf8 } from '../support/bytes.js';
import { expectContract, hashOf, runBounded } from '../support/run-contract.js';
import { safetensorsHeader } from '../support/safetensors.js';
import { filesIn } from '../support/same-files.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { linesOf, runZnn } from '../support/znn-process.js';
import { VERDICTS } from '../unit/format/safetensors-verdicts.js';

const MANY = 100_000;
const ODD: readonly [string, Uint8Array][] = [
  ['empty', new Uint8Array()],
  ['7 bytes', new Uint8Array(7)],
  ['header beyond the file', Uint8Array.from([...u64Bytes(200n), 0x7b, 0x7d])],
  ['header above 100 MB', Uint8Array.from([...u64Bytes(100_000_001n), 0x7b, 0x7d])],
  ['header of 2^63', Uint8Array.from([...u64Bytes(2n ** 63n), 0x7b, 0x7d])],
  ['header of 2^64 - 1', Uint8Array.from([...u64Bytes(2n ** 64n - 1n), 0x7b, 0x7d])],
  ['invalid UTF-8', concatBytes(Uint8Array.from(u64Bytes(6n)), utf8('{"'), Uint8Array.of(0xff), utf8('":1'))],
  [
    'offsets above 2^53',
    withHeader('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,9007199254740993]}}', 4),
  ],
  ['deep nesting', withHeader(`{"a":${'['.repeat(200_000)}`, 4)],
  ['deep objects', withHeader('{"a":'.repeat(100_000), 4)],
];
/** How the two kinds end: with --format safetensors only canonical files are compressed. */
const FILES = [
  ...VERDICTS.map(([title, json, dataBytes]): [string, Uint8Array] => [title, withHeader(json, dataBytes)]),
  ...ODD,
];

function withHeader(json: string, dataBytes: number): Uint8Array {
  return concatBytes(safetensorsHeader(json), new Uint8Array(dataBytes).fill(7));
}

/** 8.6 MB of header, most of the file. */
function manyTensors(): Uint8Array {
  const entries = Array.from(
    { length: MANY },
    (_, i) =>
      `"model.layers.${i}.weight":{"dtype":"BF16","shape":[2],"data_offsets":[${i * 4},${i * 4 + 4}]}`,
  );
  return withHeader(`{${entries.join(',')}}`, MANY * 4);
}

function folderOf(files: readonly (readonly [string, Uint8Array])[]): string {
  const cwd = temporaryFolder();
  mkdirSync(path.join(cwd, 'model'));
  for (const [i, [, bytes]] of files.entries()) writeFileSync(path.join(cwd, nameOf(i)), bytes);
  return cwd;
}

const nameOf = (i: number) => `model/${String(i).padStart(3, '0')}.safetensors`;
const sha256 = hashOf;

test(`${FILES.length} headers: holes, overlaps, duplicate keys, __proto__, BOM, nesting, …: there and back with --rm`, async () => {
  const cwd = folderOf(FILES);
  const packed = await runZnn(['compress', '--rm', '-T2', 'model'], { cwd });
  expect(packed.exitCode, packed.stderr).toBe(0);
  for (const line of linesOf(packed.stderr))
    expect(line).toMatch(/^znn: note: model\/\d+\.safetensors: not a canonical/);
  expect(filesIn(cwd)).toEqual(FILES.map((_, i) => `${nameOf(i)}.znn`));
  await expectContract(['decompress', '--rm', '-T2', 'model'], cwd, {
    exitCode: 0,
    lines: [],
    changes: Object.fromEntries(
      FILES.flatMap(([, bytes], i) => [
        [nameOf(i), sha256(bytes)],
        [`${nameOf(i)}.znn`, undefined],
      ]),
    ),
  });
});

test('--format safetensors --rm: what is not canonical is refused by name, and all sources stay', async () => {
  const refused = ODD.map(([title, bytes]): [string, Uint8Array] => [title, bytes]);
  const cwd = folderOf(refused);
  await expectContract(['compress', '--format', 'safetensors', '--rm', '-T2', 'model'], cwd, {
    exitCode: 1,
    lines: refused.map((_, i) => new RegExp(`^znn: ${nameOf(i)}: not a canonical safetensors file`)),
  });
});

test(`${MANY.toLocaleString('en-US')} tensors: there and back, in memory of ten headers`, async () => {
  const file = manyTensors();
  const cwd = folderOf([['many', file]]);
  const headerBytes = file.length - MANY * 4;
  const settings = { exitCode: 0, lines: [], memoryMaxBytes: 160e6 + 10 * headerBytes } as const;
  const packed = `${nameOf(0)}.znn`;
  expect((await runZnn(['compress', '--rm', '-T2', nameOf(0)], { cwd })).exitCode).toBe(0);
  await expectContract(['decompress', '--rm', '-T2', packed], cwd, {
    ...settings,
    changes: { [packed]: undefined, [nameOf(0)]: sha256(file) },
  });
  expect(readFileSync(path.join(cwd, nameOf(0))).equals(file)).toBe(true);
});

/** `count` tensors of `elements` BF16 values each. */
function bf16Tensors(count: number, elements: number, nameOfTensor: (i: number) => string): Uint8Array {
  const bytes = elements * 2;
  const entries = Array.from({ length: count }, (_, i) => {
    const offsets = `[${i * bytes},${(i + 1) * bytes}]`;
    return `"${nameOfTensor(i)}":{"dtype":"BF16","shape":[${elements}],"data_offsets":${offsets}}`;
  });
  return withHeader(`{${entries.join(',')}}`, count * bytes);
}

/** Bytes that nothing shrinks, the same each time. */
function noise(bytes: number): Buffer {
  const zeros = Buffer.alloc(16);
  return createCipheriv('aes-128-ctr', zeros, zeros).update(Buffer.alloc(bytes));
}

function withMetadata(entries: readonly string[]): Uint8Array {
  return withHeader(`{"__metadata__":{${entries.join(',')}}}`, 0);
}

describe('--format safetensors of a file that is nearly all header: there and back, in memory of ten headers', () => {
  const NOTE =
    /^znn: note: model\/000\.safetensors: its header, kept for readers and once more for the way back, takes \d+ bytes, the whole file \d+: as \.znn it would be smaller$/;
  const words = noise(9_000_000).toString('base64');

  test.each<[string, () => Uint8Array, readonly RegExp[]]>([
    [
      '400,000 metadata entries, counted',
      () => withMetadata(Array.from({ length: 400_000 }, (_, i) => `"${i}":"vvvv"`)),
      [NOTE],
    ],
    [
      '200,000 metadata entries in no order',
      () =>
        withMetadata(Array.from({ length: 200_000 }, (_, i) => `"${words.slice(4 * i, 4 * i + 16)}":"${i}"`)),
      [NOTE],
    ],
    ['one metadata value of 12 MB, which does not shrink', () => withMetadata([`"x":"${words}"`]), [NOTE]],
    [
      'one metadata value of escapes and all lengths of UTF-8',
      () => withMetadata([`"x":"${'\\n\\u00e9é€😀'.repeat(400_000)}"`]),
      [],
    ],
    ['150,000 empty tensors', () => bf16Tensors(150_000, 0, (i) => `model.layers.${i}.weight`), [NOTE]],
    ['100,000 tensors of 4 bytes', () => bf16Tensors(100_000, 2, (i) => `model.layers.${i}.weight`), [NOTE]],
    [
      '1,000 tensors with names of 9,000 letters',
      () => bf16Tensors(1000, 2, (i) => `${'n'.repeat(9000)}.${i}`),
      [NOTE],
    ],
  ])('%s', async (_, make, notes) => {
    const file = make();
    const cwd = folderOf([['nearly all header', file]]);
    const settings = { memoryMaxBytes: 160e6 + 10 * file.length };
    const packed = await runBounded(
      ['compress', '--format', 'safetensors', '-T2', nameOf(0)],
      { cwd },
      settings.memoryMaxBytes,
    );
    expect(packed.exitCode, packed.stderr).toBe(0);
    expect(linesOf(packed.stderr)).toEqual(notes.map((note) => expect.stringMatching(note)));
    const container = nameOf(0).replace('.safetensors', '.znn.safetensors');
    await expectContract(['decompress', '-T2', '-o', 'back', container], cwd, {
      ...settings,
      exitCode: 0,
      lines: [],
      changes: { back: sha256(file) },
    });
  });
});

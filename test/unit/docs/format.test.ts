// docs/format.md against the code: the example is what the code writes, and the tables hold its numbers.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checksumOf } from '../../../src/codec/checksum.js';
import { encodeFrame } from '../../../src/codec/encode/encode-frame.js';
import { instantiateKernels } from '../../../src/codec/kernels.js';
import { RAW } from '../../../src/codec/memory.js';
import { FRAME_RAW_BYTES, HUFFMAN_READ_MAX_BITS } from '../../../src/format/frame/constants.js';
import { DTYPE_CODES } from '../../../src/format/frame/dtypes.js';
import { CHUNK_LOG2_MAX, CHUNK_LOG2_MIN } from '../../../src/format/frame/header.js';
import { FRAMES_MAX, INDEX_DOCUMENT_MAX_BYTES } from '../../../src/format/frame-index/fields.js';
import { encodeIndexFrame } from '../../../src/format/frame-index/index-encode.js';
import { SAFETENSORS_JSON_MAX_BYTES } from '../../../src/format/safetensors/header.js';
import { compileKernels } from '../../../src/io/kernels-file.js';
import { planDecompression } from '../../../src/layout/decode/decode-plan.js';
import { planCompression } from '../../../src/layout/encode/encode-plan.js';
import { LARGE_TENSOR_BYTES, SMALL_RUN_BYTES } from '../../../src/layout/encode/frame-boundaries.js';
import { decodeZnn } from '../../reference/frame-decode.js';
import { readWeights } from '../../reference/huffman-decode.js';
import { concatBytes, fromHex, toHex } from '../../support/bytes.js';
import { memorySource } from '../../support/memory-source.js';
import { safetensorsHeader } from '../../support/safetensors.js';

const document = readFileSync(new URL('../../../docs/format.md', import.meta.url), 'utf8');
const kernels = instantiateKernels(compileKernels());

/** The example's lines: offset, bytes, note. */
const lines = (document.match(/```hex\n(.*?)```/s)?.[1] ?? '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [, offset, hex, note] =
      /^([0-9a-f]{4}) {2}((?:[0-9a-f]{2} )*[0-9a-f]{2})(?: {2,}(.*))?$/.exec(line) ?? [];
    if (offset === undefined || hex === undefined) throw new Error(`not a line of the example: ${line}`);
    return { offset: Number.parseInt(offset, 16), bytes: fromHex(hex), note: note ?? '' };
  });
const example = concatBytes(...lines.map(({ bytes }) => bytes));

/** The input, as the text describes it. */
function exampleInput(): Uint8Array {
  const header = safetensorsHeader('{"w":{"dtype":"BF16","shape":[128],"data_offsets":[0,256]}}');
  const elements = Uint16Array.from({ length: 128 }, (_, i) => (127 - Math.log2((i + 1) & -(i + 1))) << 7);
  return concatBytes(header, new Uint8Array(elements.buffer));
}

function compress(input: Uint8Array): Uint8Array {
  const plan = planCompression(memorySource(input), { encoding: 'auto', isNamedSafetensors: true });
  const parts: Uint8Array[] = [];
  let frameOffset = 0;
  const frames = plan.frames.map(({ rawOffset, rawBytes, encoding }) => {
    kernels.bytes.set(input.subarray(rawOffset, rawOffset + rawBytes), RAW);
    const frame = encodeFrame(kernels, rawBytes, encoding, true);
    parts.push(concatBytes(...frame.parts));
    frameOffset += frame.encodedBytes;
    return { ...frame, rawBytes, frameOffset: frameOffset - frame.encodedBytes };
  });
  const checksum = (bytes: Uint8Array): bigint => checksumOf(kernels, bytes);
  return concatBytes(...parts, encodeIndexFrame({ originalBytes: input.length, frames }, checksum));
}

describe('the example', () => {
  test('has each line at its offset', () => {
    let offset = 0;
    for (const line of lines) {
      expect(line.offset).toBe(offset);
      offset += line.bytes.length;
    }
    expect(document).toContain(`\`znn compress\` makes ${offset} bytes of it`);
  });

  test('is what the code writes for the input that the text describes', () => {
    expect(toHex(compress(exampleInput()))).toBe(toHex(example));
  });

  test('is restored to that input', () => {
    expect(toHex(decodeZnn(example))).toBe(toHex(exampleInput()));
    const plan = planDecompression(memorySource(example), (bytes) => checksumOf(kernels, bytes));
    expect(plan).toMatchObject({ kind: 'znn', rawBytes: 323, frames: [{ rawBytes: 67 }, { rawBytes: 256 }] });
  });

  test('has the weights that its notes give', () => {
    const treeLine = lines.findIndex(({ note }) => note.includes('FSE-coded'));
    const tree = concatBytes(...lines.slice(treeLine, treeLine + 2).map(({ bytes }) => bytes));
    const weights = readWeights(tree).weights;
    expect(weights).toEqual([...new Array<number>(120).fill(0), 1, 1, 2, 3, 4, 5, 6, 7]);
    expect(lines[treeLine + 1]?.note).toBe(
      'weights: 120 times 0, then 1 1 2 3 4 5 6; value 127 has the rest, 7',
    );
  });

  test('has the checksums that its notes give', () => {
    const notes = lines
      .map(({ note }) => /^XXH64 of the \d+ bytes: 0x([0-9a-f]+)$/.exec(note)?.[1])
      .filter(Boolean);
    const input = exampleInput();
    const parts = [input.subarray(0, 67), input.subarray(67)];
    expect(notes).toEqual(parts.map((bytes) => checksumOf(kernels, bytes).toString(16)));
  });
});

describe('the tables', () => {
  test('list the dtype codes that the code knows', () => {
    const rows = [...document.matchAll(/^\| ([0-9, ]+) \| (b?float\w+) \| (\d) \|$/gm)];
    const listed = rows.flatMap(([, codes = '', name, planes]) =>
      codes.split(', ').map((code) => [Number(code), { name, planeCount: Number(planes) }]),
    );
    expect(new Map(listed as [number, object][])).toEqual(DTYPE_CODES);
  });

  test('give the limits that the code has', () => {
    const limits = [
      ['sizes and offsets', Number.MAX_SAFE_INTEGER, 'corrupt'],
      ['frames in a file', FRAMES_MAX, 'unsupported'],
      ['bytes of the index document', INDEX_DOCUMENT_MAX_BYTES, 'corrupt'],
      ['chunk log2', `${CHUNK_LOG2_MIN} to ${CHUNK_LOG2_MAX}`, 'corrupt'],
      ['bits of a code', HUFFMAN_READ_MAX_BITS, 'corrupt'],
    ];
    for (const limit of limits) expect(document).toContain(`| ${limit.join(' | ')} |`);
  });

  test('and the text give the frame boundaries that the plan has', () => {
    expect(document).toContain(`A frame has at most ${FRAME_RAW_BYTES / 2 ** 20} MiB raw`);
    expect(document).toContain(`A tensor of ${LARGE_TENSOR_BYTES / 2 ** 20} MiB or more begins a new frame`);
    expect(document).toContain(`frames of its own if it takes ${SMALL_RUN_BYTES / 2 ** 10} KiB or more`);
    expect(document).toContain(
      `a header of at most ${SAFETENSORS_JSON_MAX_BYTES.toLocaleString('en-US')} bytes`,
    );
  });
});

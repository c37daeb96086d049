import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FRAME_RAW_BYTES } from '../../../src/format/frame/constants.js';
import { ENCODINGS, type EncodingChoice } from '../../../src/format/frame/dtypes.js';
import type { FramePlan } from '../../../src/format/frame/frames.js';
import { planCompression } from '../../../src/layout/encode/encode-plan.js';
import { LARGE_TENSOR_BYTES, SMALL_RUN_BYTES } from '../../../src/layout/encode/frame-boundaries.js';
import { concatBytes } from '../../support/bytes.js';
import { memorySource, sparseSource } from '../../support/memory-source.js';
import { headerOf, safetensorsHeader, type TensorSpec } from '../../support/safetensors.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  BF16: 2,
  F16: 2,
  F32: 4,
  U8: 1,
  I64: 8,
  F8_E4M3: 1,
};

let nextName = 0;
const tensor = (dtype: string, bytes: number, name = `${dtype}${bytes}-${nextName++}`): TensorSpec => ({
  name,
  dtype,
  shape: [bytes / (ELEMENT_BYTES[dtype] ?? 1)],
  bytes,
});

/** The plan of a safetensors file with these tensors, and the offset at which they begin. */
function planTensors(tensors: readonly TensorSpec[], encoding: EncodingChoice = 'auto') {
  const header = headerOf(tensors);
  const sizeBytes = tensors.reduce((sum, { bytes }) => sum + bytes, header.length);
  const source = sparseSource(sizeBytes, [[0, header]]);
  const plan = planCompression(source, { encoding, isNamedSafetensors: true });
  expect(plan.kind).toBe('safetensors');
  expect(plan.note).toBeUndefined();
  expectCovered(plan.frames, sizeBytes);
  return { frames: plan.frames, dataStart: header.length };
}

/** Frames of the tensors, as [bytes from the first tensor, raw bytes, encoding]. */
function dataFrames(tensors: readonly TensorSpec[], encoding: EncodingChoice = 'auto') {
  const { frames, dataStart } = planTensors(tensors, encoding);
  return frames
    .filter((frame) => frame.rawOffset >= dataStart)
    .map((frame) => [frame.rawOffset - dataStart, frame.rawBytes, frame.encoding]);
}

/** Contiguous, none empty, none too long, and whole elements in each. */
function expectCovered(frames: readonly FramePlan[], sizeBytes: number): void {
  let end = 0;
  for (const { rawOffset, rawBytes, encoding } of frames) {
    expect(rawOffset).toBe(end);
    expect(rawBytes).toBeGreaterThan(0);
    expect(rawBytes).toBeLessThanOrEqual(FRAME_RAW_BYTES);
    if (encoding !== 'auto') expect(rawBytes % ENCODINGS[encoding].planeCount).toBe(0);
    end += rawBytes;
  }
  expect(end).toBe(sizeBytes);
}

function planOther(sizeBytes: number, encoding: EncodingChoice = 'auto', isNamedSafetensors = false) {
  const plan = planCompression(sparseSource(sizeBytes, []), { encoding, isNamedSafetensors });
  expectCovered(plan.frames, sizeBytes);
  return plan;
}

describe('safetensors', () => {
  test('the header is a frame of bytes of its own', () => {
    const { frames, dataStart } = planTensors([tensor('BF16', 2 * MIB)]);
    expect(frames[0]).toEqual({ rawOffset: 0, rawBytes: dataStart, encoding: 'bytes' });
    expect(frames).toHaveLength(2);
  });

  test('a header longer than a frame is cut', () => {
    const header = safetensorsHeader(`{${' '.repeat(9 * MIB)}}`);
    const plan = planCompression(memorySource(header), { encoding: 'auto', isNamedSafetensors: true });
    expect(plan.frames.map((frame) => frame.encoding)).toEqual(['bytes', 'bytes', 'bytes']);
  });

  test('each dtype has its planes, and what has none is left to a sample', () => {
    const frames = dataFrames(
      ['BF16', 'F16', 'F32', 'U8', 'I64', 'NEW'].map((dtype) => tensor(dtype, 2 * MIB)),
    );
    expect(frames.map((frame) => frame[2])).toEqual(['bf16', 'f16', 'f32', 'auto', 'auto', 'auto']);
  });

  test('a large tensor begins a frame, is cut at the frame size, and shares its rest with nobody', () => {
    const rest = 10 * KIB;
    expect(
      dataFrames([tensor('BF16', 8 * MIB + rest), tensor('BF16', 6), tensor('BF16', LARGE_TENSOR_BYTES)]),
    ).toEqual([
      [0, 4 * MIB, 'bf16'],
      [4 * MIB, 4 * MIB, 'bf16'],
      [8 * MIB, rest, 'bf16'],
      [8 * MIB + rest, 6, 'bf16'],
      [8 * MIB + rest + 6, MIB, 'bf16'],
    ]);
  });

  test('equal large tensors give equal frames, wherever they stand', () => {
    const large = tensor('BF16', 9 * MIB + 2, 'large');
    const lengthsOf = (before: readonly TensorSpec[], after: readonly TensorSpec[]) => {
      const start = before.reduce((sum, { bytes }) => sum + bytes, 0);
      return dataFrames([...before, large, ...after])
        .filter(([offset]) => (offset as number) >= start && (offset as number) < start + large.bytes)
        .map(([offset, rawBytes, encoding]) => [(offset as number) - start, rawBytes, encoding]);
    };
    const alone = lengthsOf([], []);
    expect(lengthsOf([tensor('U8', 5), tensor('BF16', 500 * KIB)], [tensor('F32', 40)])).toEqual(alone);
    expect(lengthsOf([tensor('BF16', 3 * MIB)], [tensor('BF16', 500 * KIB)])).toEqual(alone);
  });

  test('small neighbours of one dtype share frames, cut between tensors', () => {
    const each = 700 * KIB;
    expect(dataFrames(Array.from({ length: 7 }, () => tensor('BF16', each)))).toEqual([
      [0, 5 * each, 'bf16'],
      [5 * each, 2 * each, 'bf16'],
    ]);
  });

  test('small tensors of alternating dtypes share one frame, whose planes a sample decides', () => {
    const pair = () => [tensor('BF16', 4096), tensor('F32', 64)];
    expect(dataFrames(Array.from({ length: 100 }, pair).flat())).toEqual([[0, 416_000, 'auto']]);
  });

  test('a shared frame of odd length is left to a sample too', () => {
    expect(dataFrames([tensor('BF16', 4096), tensor('U8', 3)])).toEqual([[0, 4099, 'auto']]);
    expect(dataFrames([tensor('U8', 4096), tensor('U8', 3)])).toEqual([[0, 4099, 'auto']]);
  });

  test('a long run of one dtype keeps its planes between others', () => {
    const run = Array.from({ length: 3 }, () => tensor('BF16', 100 * KIB));
    expect(dataFrames([tensor('F32', 400), ...run, tensor('F32', 400)])).toEqual([
      [0, 400, 'f32'],
      [400, 300 * KIB, 'bf16'],
      [400 + 300 * KIB, 400, 'f32'],
    ]);
  });

  test('empty tensors change nothing', () => {
    const run = [tensor('BF16', 100 * KIB), tensor('BF16', 100 * KIB)];
    const [first, second] = run as [TensorSpec, TensorSpec];
    expect(dataFrames([first, tensor('F32', 0), second])).toEqual(dataFrames(run));
    expect(dataFrames([tensor('F32', 0)])).toEqual([]);
  });

  test('the rest of a large tensor that is no whole element is bytes', () => {
    expect(dataFrames([tensor('U8', 4 * MIB + 7)])).toEqual([
      [0, 4 * MIB, 'auto'],
      [4 * MIB, 4, 'auto'],
      [4 * MIB + 4, 3, 'bytes'],
    ]);
  });

  test('a forced encoding goes for every tensor, in whole elements, and not for the header', () => {
    const tensors = [tensor('BF16', 2 * MIB + 2), tensor('U8', 10), tensor('BF16', 10), tensor('U8', 3)];
    const { frames } = planTensors(tensors, 'f32');
    expect(frames[0]?.encoding).toBe('bytes');
    expect(dataFrames(tensors, 'f32')).toEqual([
      [0, 2 * MIB, 'f32'],
      [2 * MIB, 2, 'bytes'],
      [2 * MIB + 2, 23, 'bytes'],
    ]);
    expect(dataFrames(tensors.slice(0, 3), 'f32').at(-1)).toEqual([2 * MIB + 2, 20, 'f32']);
  });

  test('any tensors at all: frames cover the file, are never long, and never many', () => {
    const dtypes = fc.constantFrom('BF16', 'F16', 'F32', 'U8', 'I64', 'F8_E4M3');
    const sizes = fc.oneof(
      fc.nat(300),
      fc.nat(200 * KIB),
      fc.nat(3 * MIB),
      fc.constantFrom(MIB, 4 * MIB, 9 * MIB),
    );
    const tensors = fc.array(fc.record({ dtype: dtypes, elements: sizes }), { maxLength: 60 });
    fc.assert(
      fc.property(
        tensors,
        fc.constantFrom<EncodingChoice>('auto', 'bf16', 'f32', 'bytes'),
        (specs, encoding) => {
          const made = specs.map(({ dtype, elements }, i) => {
            const elementBytes = ELEMENT_BYTES[dtype] as number;
            return tensor(dtype, Math.floor(elements / 8) * elementBytes, String(i));
          });
          const { frames } = planTensors(made, encoding);
          const large = made.filter(({ bytes }) => bytes >= LARGE_TENSOR_BYTES).length;
          const totalBytes = made.reduce((sum, { bytes }) => sum + bytes, 0);
          // The header; a rest and two odd ends for each large tensor; and no two short neighbours.
          const mostFrames =
            1 + 4 * (large + 1) + totalBytes / FRAME_RAW_BYTES + (3 * totalBytes) / SMALL_RUN_BYTES;
          expect(frames.length).toBeLessThanOrEqual(mostFrames);
        },
      ),
    );
  });

  test('200,000 tiny tensors of alternating dtypes give a few frames, in less than 15 s', () => {
    const tensors = Array.from({ length: 200_000 }, (_, i) =>
      tensor(['BF16', 'F32', 'I64'][i % 3] as string, 16, `t${i}`),
    );
    const started = performance.now();
    const frames = dataFrames(tensors);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(frames).toEqual([[0, 3_200_000, 'auto']]);
  });

  test('offsets beyond 2^32 are exact', () => {
    const bytes = 2 ** 40;
    const header = headerOf([tensor('BF16', bytes)]);
    const source = sparseSource(header.length + bytes, [[0, header]]);
    const { frames } = planCompression(source, { encoding: 'auto', isNamedSafetensors: true });
    const last = frames.at(-1) as FramePlan;
    expect(last.rawOffset + last.rawBytes).toBe(header.length + bytes);
    expect(frames).toHaveLength(1 + bytes / FRAME_RAW_BYTES);
  });
});

describe('other files', () => {
  test.each([
    [0, []],
    [1, [[0, 1, 'bytes']]],
    [4, [[0, 4, 'auto']]],
    [
      7,
      [
        [0, 4, 'auto'],
        [4, 3, 'bytes'],
      ],
    ],
    [4 * MIB, [[0, 4 * MIB, 'auto']]],
    [
      4 * MIB + 2,
      [
        [0, 4 * MIB, 'auto'],
        [4 * MIB, 2, 'bytes'],
      ],
    ],
    [
      9 * MIB,
      [
        [0, 4 * MIB, 'auto'],
        [4 * MIB, 4 * MIB, 'auto'],
        [8 * MIB, MIB, 'auto'],
      ],
    ],
  ])('%i bytes are cut at the frame size, an odd rest apart', (sizeBytes, expected) => {
    const frames = planOther(sizeBytes).frames.map((frame) => [
      frame.rawOffset,
      frame.rawBytes,
      frame.encoding,
    ]);
    expect(frames).toEqual(expected);
  });

  test('a forced encoding goes for all of it, but for a rest of less than an element', () => {
    const encodings = (encoding: EncodingChoice) =>
      planOther(4 * MIB + 7, encoding).frames.map((frame) => frame.encoding);
    expect(encodings('bf16')).toEqual(['bf16', 'bf16', 'bytes']);
    expect(encodings('f32')).toEqual(['f32', 'f32', 'bytes']);
    expect(encodings('bytes')).toEqual(['bytes', 'bytes']);
  });

  test('a safetensors file that is not canonical is one of them, and the plan says why', () => {
    const source = memorySource(concatBytes(headerOf([tensor('U8', 4)]), new Uint8Array(5)));
    const named = planCompression(source, { encoding: 'auto', isNamedSafetensors: true });
    const unnamed = planCompression(source, { encoding: 'auto', isNamedSafetensors: false });
    expect(named.kind).toBe('other');
    expect(named.note).toMatch(
      /^not a canonical safetensors file \(the tensors end at \d+, the file at \d+\)/,
    );
    expect(unnamed.note).toBeUndefined();
    expect(unnamed.frames).toEqual(named.frames);
  });

  test('what a file is depends on its bytes, not on its name', () => {
    const source = memorySource(headerOf([tensor('BF16', 0)]));
    const plan = planCompression(source, { encoding: 'auto', isNamedSafetensors: false });
    expect(plan.kind).toBe('safetensors');
  });
});

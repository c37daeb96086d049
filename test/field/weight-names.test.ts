// Weights under the names that exporters and frameworks give them, and under names that say nothing.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { isNeverWeightName, isWeightName } from '../../src/format/model/file-names.js';
import type { FileResult } from '../../src/run/types.js';
import { concatBytes, utf8 } from '../support/bytes.js';
import { geometricBytes, uniformBytes } from '../support/distributions.js';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { entriesIn } from '../support/run-contract.js';
import { run, statusesOf } from '../support/run-verb.js';
import { GGUF } from '../support/weight-formats.js';
import { jsonLines, runZnn } from '../support/znn-process.js';

describe('by their names', () => {
  test.each([
    ...[
      'model.onnx.data',
      'model.onnx_data',
      'model.onnx_data_1',
      'decoder.onnx.data_12',
      'x.onnx.data.3',
      'weights.pb',
    ],
    ...[
      'flax_model.msgpack',
      'a.npz',
      'a.npy',
      'm.nemo',
      '__0_0.distcp',
      'm.keras',
      'lora.sft',
      'm.tflite',
      'm.hdf5',
    ],
    ...[
      'm.ggml',
      'ggml-model-q4_0',
      'ggml-vicuna-13b-1.1-f16',
      'ggml-base',
      'm.gguf.part1of2',
      'm.gguf-split-b',
    ],
    ...['variables.data-00000-of-00001', 'model.ckpt-100.data-00001-of-00002', 'm.pt2', 'm.pth.tar', 'm.ptl'],
    ...['model_state.pdparams', 'm.caffemodel', 'pipe.dduf', 'M.SAFETENSORS'],
  ])('%s is a weight file', (name) => {
    expect([isWeightName(`x/${name}`), isNeverWeightName(`x/${name}`)]).toEqual([true, false]);
  });

  test.each([
    ...[
      'x.data',
      'ggml-metal.metal',
      'ggml-alloc.c',
      'ggml.h',
      'saved_model.pb',
      'model.onnx.json',
      'data-00000-of-00001.arrow',
    ],
    ...[
      'weights.pb.txt',
      'x.safetensors/readme',
      'a.tar',
      'b.ckpt.index',
      'label_encoder.pkl',
      'm.gguf.part',
    ],
  ])('%s is none', (name) => {
    expect(isWeightName(name)).toBe(false);
  });

  test.each([
    'vocab.npz',
    'tokenizer.npz',
    'tokenizer_x.msgpack',
    'vocab.msgpack',
    'tokenizer.model',
    '._a.npz',
  ])('%s is opened by its name, and never one', (name) => {
    expect(isNeverWeightName(name)).toBe(true);
  });

  test('a folder of them is compressed, comes back, and is left to its loaders otherwise', async () => {
    const names = [
      'model.onnx.data',
      'flax_model.msgpack',
      'ggml-model-q4_0',
      'v/variables.data-00000-of-00001',
    ];
    const others = { 'm/vocab.npz': 'v', 'm/v/variables.index': 'i' };
    const root = fileTree({
      ...Object.fromEntries(names.map((name) => [`m/${name}`, safetensorsFile(1, 9000)])),
      ...others,
    });
    const [model, small, back] = [path.join(root, 'm'), path.join(root, 's'), path.join(root, 'r')];
    const there = await run('compress', model, { outputPath: small });
    expect(there.filter(({ task }) => task.action === 'compress')).toHaveLength(names.length);
    expect(there.flatMap(({ notes }) => notes)).toEqual([]);
    await run('decompress', small, { outputPath: back });
    expect(entriesIn(back)).toEqual(entriesIn(model));
  });
});

const UUID = '0a1b2c3d-0000-1111-2222-333344445555';

describe('under a name that says nothing', () => {
  const raw = geometricBytes(1, 1 << 20, 60, 1.4);
  const copied = (results: readonly FileResult[]) =>
    Object.fromEntries(
      results
        .filter(({ task }) => task.action === 'copy')
        .map(({ task, notes }) => [path.basename(task.sourcePath), notes]),
    );
  const compress = async (files: Readonly<Record<string, string | Uint8Array>>, settings = {}) => {
    const root = fileTree(
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`m/${name}`, bytes])),
    );
    return copied(
      await run('compress', path.join(root, 'm'), { outputPath: path.join(root, 's'), ...settings }),
    );
  };
  const note = (bytes: number, why: string, pattern: string) => [
    `copied as it is, ${bytes} bytes: ${why}; --include '${pattern}' compresses it, beside patterns for the other weights`,
  ];

  test('a note says that it is copied, why it seems to be weights, and what compresses it', async () => {
    const tensors = safetensorsFile(1, 100_000);
    const gguf = concatBytes(GGUF, new Uint8Array(70_000));
    expect(
      await compress({
        'x.data': tensors,
        "it's [1]": gguf,
        'big.weird': raw,
        'model.onnx': 'x',
        [UUID]: raw.subarray(0, 99_999),
        onnx__MatMul_12: raw.subarray(0, 99_999),
      }),
    ).toEqual({
      'x.data': note(tensors.length, 'it begins as safetensors does', '*.data'),
      "it's [1]": note(gguf.length, 'it begins as GGUF does', "it'\\''s \\[1\\]"),
      'big.weird': note(raw.length, 'a sample of it shrinks to 38 %', '*.weird'),
      [UUID]: note(99_999, 'it is named as the data of an ONNX model are', UUID),
      onnx__MatMul_12: note(99_999, 'it is named as the data of an ONNX model are', 'onnx__MatMul_12'),
    });
  });

  test('what is small, text, of another medium, or does not shrink gets none', async () => {
    const words = utf8('{"token": 12345, "piece": "abc"},\n'.repeat(40_000));
    const elf = concatBytes(utf8('\x7fELF'), raw);
    const random = uniformBytes(2, 2 << 20);
    const notes = await compress({
      ...{
        'a.bin': 'x',
        'words.json': words,
        'lib.so': elf,
        'random.xyz': random,
        'small.data': safetensorsFile(1, 999),
      },
      ...{ 'tokenizer.model': raw, 'a.safetensors.znn': raw, 'b.zip': raw },
    });
    expect(Object.values(notes).flat()).toEqual([]);
  });

  test('whoever says which files to take, or to leave, gets none', async () => {
    const files = { 'a.bin': 'x', 'x.data': safetensorsFile(1, 100_000) };
    expect(await compress(files, { include: ['*.bin'] })).toEqual({ 'x.data': [] });
    expect(await compress(files, { exclude: ['x.*'] })).toEqual({ 'x.data': [] });
    expect(await compress(files, { include: ['*.bin', '*.data'] })).toEqual({});
  });

  test('--format safetensors says of large weights of another format that they are copied', async () => {
    expect(
      await compress(
        { 'a.safetensors': safetensorsFile(1, 999), 'b.bin': raw, 'c.pt': 'x' },
        { format: 'safetensors' },
      ),
    ).toEqual({
      'b.bin': [
        `copied as it is, ${raw.length} bytes: only .safetensors files become .znn.safetensors; without --format it is compressed`,
      ],
      'c.pt': [],
    });
  });

  test('a pattern for a name without a suffix means that name only', async () => {
    const files = { "it's [1]": 'x', "it's 1": 'y', '0a?': 'z', '0ab': 'z' };
    const left = await compress(files, { include: ["it's \\[1\\]", '0a\\?'] });
    expect(Object.keys(left)).toEqual(['0ab', "it's 1"]);
  });

  test('the note is in JSON too, again on the next run, and what it advises works', async () => {
    const root = fileTree({ 'm/x.data': safetensorsFile(1, 100_000), 'm/a.bin': 'x' });
    for (const status of ['done', 'up-to-date']) {
      const lines = jsonLines(await runZnn(['compress', 'm', '-o', 's', '--json'], { cwd: root }));
      expect(lines.find(({ source }) => source === 'm/x.data')).toMatchObject({
        status,
        notes: [expect.stringContaining("--include '*.data' compresses it")],
      });
    }
    const paths = path.join(root, 'm');
    const results = await run('compress', paths, {
      include: ['*.data', '*.bin'],
      outputPath: path.join(root, 't'),
    });
    expect(statusesOf(results)).toEqual(['done a.bin', 'done x.data']);
  });

  test('decompress copies without such notes', async () => {
    const root = fileTree({ 'm/x.data': safetensorsFile(1, 100_000), 'm/a.bin': 'x' });
    await run('compress', path.join(root, 'm'), { outputPath: path.join(root, 's') });
    writeFileSync(path.join(root, 's/big.weird'), raw);
    expect(
      copied(await run('decompress', path.join(root, 's'), { outputPath: path.join(root, 'r') })),
    ).toEqual({
      'big.weird': [],
      'x.data': [],
    });
  });
});

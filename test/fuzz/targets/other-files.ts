import { foreignFileIn } from '../../../src/format/foreign/foreign-files.js';
import { pointerIn } from '../../../src/format/foreign/pointers.js';
import { weightsIn } from '../../../src/format/foreign/weight-signatures.js';
import { utf8 } from '../../support/bytes.js';
import { memorySource } from '../../support/memory-source.js';
import { safetensorsFile } from '../../support/model-folder.js';
import { GGUF, HDF5_FILES, NPY, ONNX, TORCH_LEGACY, tensorZip } from '../../support/weight-formats.js';
import { ACCEPTED, type FuzzTarget, refusedFor } from '../target.js';

const NAMES = ['x.safetensors', 'x.pt', 'x.onnx', 'x.bin', '.znn', ''] as const;

/** Whatever a file holds, what it is is told or not, and nothing is thrown: not even by a read beyond its end. */
export const otherFiles: FuzzTarget = {
  name: 'other-files',
  corpus: () => [
    ...[safetensorsFile(1, 300), GGUF, ...HDF5_FILES, NPY, ONNX.slice(0, -1), TORCH_LEGACY, tensorZip()],
    utf8('<!doctype html><html></html>'),
    utf8('{"error":"Repository not found"}'),
    utf8(`version https://git-lfs.github.com/spec/v1\noid sha256:${'7'.repeat(64)}\nsize 4976698672\n`),
    utf8(`/annex/objects/SHA256E-s99--${'a'.repeat(64)}.gguf\n`),
  ],
  run(input) {
    const source = memorySource(input);
    const told = [
      ...NAMES.map((name) => foreignFileIn(source, name)?.what),
      ...[pointerIn(source)?.tool, weightsIn(source)],
    ];
    const [first] = told.filter((what) => what !== undefined);
    return first === undefined ? refusedFor('nothing is told') : ACCEPTED;
  },
};

import path from 'node:path';
import type { FileTask } from '../../discover/tasks.js';
import { isOtherMedium, weightsIn } from '../../format/foreign/weight-signatures.js';
import type { ByteSource } from '../../sources/byte-source.js';
import type { TaskContext } from '../context.js';

/** A copied file below this is none to speak of. */
const FORMAT_MIN_BYTES = 1 << 16;
/** Where only a sample speaks for weights. */
const SAMPLE_MIN_BYTES = 1 << 20;
/** What shrinks less is no loss. */
const SHARE_MAX = 0.9;

const SLICE_COUNT = 16;
const SLICE_BYTES = 1024;

/** Names that exporters give to what an ONNX model keeps outside; `x.data` is used for other things too. */
const ONNX_DATA_NAME =
  /\.data$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^onnx__|\.(weight|bias)$|_data(_\d+)?$/i;

/** Why a file seems to hold weights that compression would shrink, as in "copied: it begins as GGUF does"; `undefined` where nothing
 * says so.
 * @throws ZnnError `io` */
export function looksLikeWeights(
  source: ByteSource,
  task: FileTask,
  { runner, group }: TaskContext,
): string | undefined {
  if (source.sizeBytes < FORMAT_MIN_BYTES) return undefined;
  const weights = weightsIn(source);
  if (weights !== undefined) return `it begins as ${weights} does`;
  const isOnnxBeside = group.tasks.some(({ sourcePath }) => isOnnxBesideOf(sourcePath, task.sourcePath));
  if (isOnnxBeside && ONNX_DATA_NAME.test(path.basename(task.sourcePath)))
    return 'it is named as the data of an ONNX model are';
  if (source.sizeBytes < SAMPLE_MIN_BYTES || isOtherMedium(source)) return undefined;
  const sample = sampleOf(source);
  const share = isText(sample) ? 1 : runner.expectedShare(sample);
  return share < SHARE_MAX ? `a sample of it shrinks to ${Math.round(share * 100)} %` : undefined;
}

function isOnnxBesideOf(otherPath: string, filePath: string): boolean {
  return otherPath.endsWith('.onnx') && path.dirname(otherPath) === path.dirname(filePath);
}

/** Slices from all over the file, each from a place that is a multiple of 8. */
function sampleOf({ sizeBytes, read }: ByteSource): Uint8Array {
  const strideBytes = Math.floor((sizeBytes - SLICE_BYTES) / (SLICE_COUNT - 1) / 8) * 8;
  const sample = new Uint8Array(SLICE_COUNT * SLICE_BYTES);
  for (let slice = 0; slice < SLICE_COUNT; slice++)
    sample.set(read(slice * strideBytes, SLICE_BYTES), slice * SLICE_BYTES);
  return sample;
}

/** Without control characters: JSON, tables, vocabularies, code. */
function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte > 31 || (byte > 7 && byte < 14));
}

import { toZnnError } from '../errors.js';
import { type CompressedVector, parseCompressedVectors } from '../format/container/compressed-vectors.js';
import { COMPRESSED_VECTORS_KEY, CONTAINER_INDEX_KEY, FORMAT_KEY } from '../format/container/keys.js';
import { DTYPE_CODES } from '../format/frame/dtypes.js';
import type { FrameHeader } from '../format/frame/header.js';
import type { SafetensorsHeader } from '../format/safetensors/header.js';
import { findCompressedTensors } from '../layout/decode/compressed-tensors.js';
import type { ByteSource } from '../sources/byte-source.js';
import { type Finding, REPAIR_ADVICE } from './findings.js';
import { findRotatedTensors } from './rotated-tensors.js';

const LOADABLE_FORMATS = new Set(['pt', 'tf', 'flax', 'mlx']);

/** What is wrong with the header and the list of a safetensors file of compressed tensors; nothing for a plain one.
 * @throws ZnnError `io` */
export function checkContainer(source: ByteSource, header: SafetensorsHeader, fileName: string): Finding[] {
  const found = findCompressedTensors(source, header.tensors);
  const vectors = header.metadata?.get(COMPRESSED_VECTORS_KEY);
  if (vectors === undefined && found.size === 0 && !fileName.endsWith('.znn.safetensors')) return [];
  const isStock = header.metadata?.has(CONTAINER_INDEX_KEY) !== true;
  return [
    ...(vectors === undefined
      ? [withoutVectors(found.size, isStock)]
      : checkVectors(vectors, header, found, isStock)),
    ...checkFormat(header),
    ...(isStock ? checkRotation(source, header) : []),
  ];
}

function withoutVectors(compressedCount: number, isRepairable: boolean): Finding {
  const what =
    compressedCount === 0
      ? 'zipnn_safetensors() fails on a file without it'
      : `${counted(compressedCount, 'compressed tensor')} cannot be told from bytes`;
  return {
    ...{ severity: 'defect', code: 'no-compressed-vectors', isRepairable },
    message: `${COMPRESSED_VECTORS_KEY} is missing: ${what}`,
    advice: isRepairable ? REPAIR_ADVICE : 'get the file again, or compress the original again',
  };
}

/** The list against what the tensors say of themselves. */
function checkVectors(
  text: string,
  { tensors }: SafetensorsHeader,
  found: Map<string, FrameHeader>,
  isStock: boolean,
): Finding[] {
  let vectors: Map<string, CompressedVector>;
  try {
    vectors = parseCompressedVectors(text);
  } catch (error) {
    return [wrongVectors(toZnnError(error).message, true)];
  }
  const names = new Set(tensors.map(({ name }) => name));
  const unlisted = [...found.keys()].filter((name) => !vectors.has(name));
  const absent = [...vectors.keys()].filter((name) => !names.has(name));
  const noFrames = [...vectors.keys()].filter((name) => names.has(name) && !found.has(name));
  // Ours know the dtype and the shape from the original's header, whatever the frame is made as.
  const contradicted = [...found].filter(([name, frame]) => isStock && contradicts(vectors.get(name), frame));
  return [
    ...listed(unlisted, 'is compressed and not listed', true),
    ...listed(absent, 'is listed and not there', true),
    ...listed(
      contradicted.map(([name]) => name),
      'has another dtype or shape than listed',
      true,
    ),
    ...listed(noFrames, 'is listed as compressed, and its bytes are no frame', false),
  ];
}

function contradicts(vector: CompressedVector | undefined, { shape, planeCount }: FrameHeader): boolean {
  if (vector === undefined) return false;
  const planeCounts = [...DTYPE_CODES.values()].filter(({ name }) => name === vector.dtype);
  const isOtherDtype = planeCounts.length > 0 && planeCounts[0]?.planeCount !== planeCount;
  return isOtherDtype || vector.shape?.replaceAll(' ', '') !== `[${shape?.join(',')}]`;
}

function listed(names: readonly string[], what: string, isRepairable: boolean): Finding[] {
  const [first] = names;
  if (first === undefined) return [];
  const others = names.length === 1 ? '' : ` (and ${counted(names.length - 1, 'other')})`;
  return [wrongVectors(`tensor ${JSON.stringify(first)}${others} ${what}`, isRepairable)];
}

function wrongVectors(what: string, isRepairable: boolean): Finding {
  return {
    ...{ severity: 'defect', code: 'wrong-compressed-vectors', isRepairable },
    message: `${COMPRESSED_VECTORS_KEY}: ${what}`,
    advice: isRepairable ? REPAIR_ADVICE : 'get the file again, or compress the original again',
  };
}

function checkFormat({ metadata }: SafetensorsHeader): Finding[] {
  const format = metadata?.get(FORMAT_KEY);
  if (format !== undefined && LOADABLE_FORMATS.has(format)) return [];
  const message =
    format === undefined
      ? 'metadata has no "format": transformers refuses the file'
      : `metadata: format ${JSON.stringify(format)} is none that transformers takes`;
  const isRepairable = format === undefined;
  const advice = isRepairable ? REPAIR_ADVICE : 'compress the original again';
  return [{ severity: 'defect', code: 'no-format', message, advice, isRepairable }];
}

function checkRotation(source: ByteSource, { tensors }: SafetensorsHeader): Finding[] {
  const names = findRotatedTensors(source, tensors);
  if (names.length === 0) return [];
  const some = names.slice(0, 3).map((name) => JSON.stringify(name));
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return [
    {
      ...{ severity: 'suspicion', code: 'rotated-tensor', isRepairable: false },
      message: `the values of ${some.join(', ')}${more} make sense only with their sign bits moved back, as ZipNN's script leaves tensors that did not shrink`,
      advice: 'suspected from the values, not proven, so left alone: compress the original again',
    },
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

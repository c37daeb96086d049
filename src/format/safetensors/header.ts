// The header of a safetensors file, by the rules of the safetensors library (https://github.com/huggingface/safetensors,
// "Format"), except that dtypes unknown today pass. A file that breaks a rule is not an error here: it is compressed
// like any other file.

import { ZnnError } from '../../errors.js';
import type { ByteSource } from '../../sources/byte-source.js';
import { sumText } from '../frame/u64.js';
import { bitsPerElement } from './dtypes.js';
import { parseEntries } from './entries.js';
import type { SafetensorsTensor } from './entry.js';
import type { HeaderMetadata } from './metadata.js';

/** The u64 that says how long the JSON is. */
export const SAFETENSORS_LENGTH_BYTES = 8;
/** The safetensors library refuses longer headers. */
export const SAFETENSORS_JSON_MAX_BYTES = 100_000_000;
/** The largest models have some 100,000. */
export const SAFETENSORS_TENSORS_MAX = 1 << 20;
const OPEN_BRACE = 0x7b;
const U64_LIMIT = 1n << 64n;

/** How much a header may make its reader take. */
export interface HeaderLimits {
  /** Bytes of a safetensors header. A source with a longer one is compressed as plain bytes. */
  readonly headerBytes: number;
  /** Tensors of a safetensors file. A source with more is compressed as plain bytes. */
  readonly tensors: number;
}

export type { SafetensorsTensor } from './entry.js';

export interface SafetensorsHeader {
  /** Bytes before the first tensor's: the length and the JSON. */
  readonly headerBytes: number;
  /** In the order of their data, which is contiguous from `headerBytes` to the end of the file. */
  readonly tensors: readonly SafetensorsTensor[];
  /** `__metadata__`, when there is one. */
  readonly metadata?: HeaderMetadata;
}

export type SafetensorsReading =
  | { readonly isCanonical: true; readonly header: SafetensorsHeader }
  | {
      readonly isCanonical: false;
      readonly reason: string;
      /** The safetensors library would take it as it is: only a limit that was lowered is in the way. */
      readonly isBeyondLimit?: true;
    };

/** The header of the file behind `source`, or why that is no canonical safetensors file.
 * @throws ZnnError `io` when reading fails; nothing that the file holds makes it throw. */
export function readSafetensorsHeader(
  source: ByteSource,
  limits: Partial<HeaderLimits> = {},
): SafetensorsReading {
  const { sizeBytes } = source;
  if (sizeBytes < SAFETENSORS_LENGTH_BYTES)
    return refusal(`${sizeBytes} bytes are too few for a header length`);
  const start = source.read(0, Math.min(sizeBytes, SAFETENSORS_LENGTH_BYTES + 1));
  const jsonBytes = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  const headerBytesMax = limits.headerBytes ?? SAFETENSORS_JSON_MAX_BYTES;
  if (jsonBytes > headerBytesMax) {
    return refusal(
      `header bytes ${jsonBytes} exceeds ${headerBytesMax}`,
      jsonBytes <= SAFETENSORS_JSON_MAX_BYTES,
    );
  }
  if (Number(jsonBytes) > sizeBytes - SAFETENSORS_LENGTH_BYTES) {
    return refusal(
      `header bytes ${jsonBytes} exceeds the ${sizeBytes - SAFETENSORS_LENGTH_BYTES} that follow`,
    );
  }
  // Nearly every other file stops here, before anything of size is read.
  if (jsonBytes === 0n || start[SAFETENSORS_LENGTH_BYTES] !== OPEN_BRACE)
    return refusal('the header does not begin with "{"');
  return parseSafetensorsHeader(
    source.read(SAFETENSORS_LENGTH_BYTES, Number(jsonBytes)),
    sizeBytes,
    limits.tensors,
  );
}

/** Whether the file can be a safetensors file and nothing else that znn reads: by its first 9 bytes, the last of which is an
 * input format in a frame. */
export function hasSafetensorsStart(source: ByteSource): boolean {
  if (source.sizeBytes <= SAFETENSORS_LENGTH_BYTES) return false;
  const start = source.read(0, SAFETENSORS_LENGTH_BYTES + 1);
  const jsonBytes = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  return jsonBytes <= SAFETENSORS_JSON_MAX_BYTES && start[SAFETENSORS_LENGTH_BYTES] === OPEN_BRACE;
}

/** The header whose JSON is `json`, in a file of `fileBytes`, or why it is not canonical. */
export function parseSafetensorsHeader(
  json: Uint8Array,
  fileBytes: number,
  tensorsMax = SAFETENSORS_TENSORS_MAX,
): SafetensorsReading {
  try {
    const headerBytes = SAFETENSORS_LENGTH_BYTES + json.length;
    const { tensors, metadata } = parseEntries(json, headerBytes, tensorsMax);
    sortByData(tensors);
    checkPlaces(tensors, headerBytes, fileBytes);
    return { isCanonical: true, header: { headerBytes, tensors, ...(metadata && { metadata }) } };
  } catch (thrown) {
    if (thrown instanceof ZnnError) return refusal(thrown.message, thrown.code === 'unsupported');
    throw thrown;
  }
}

function sortByData(tensors: SafetensorsTensor[]): void {
  tensors.sort((a, b) => a.fileStart - b.fileStart || a.fileEnd - b.fileEnd);
}

/** @throws ZnnError `corrupt` unless the tensors cover the file exactly, one after the other */
function checkPlaces(tensors: readonly SafetensorsTensor[], headerBytes: number, fileBytes: number): void {
  let end = headerBytes;
  let before: SafetensorsTensor | undefined;
  for (const tensor of tensors) {
    if (tensor.fileStart !== end) {
      const fault = tensor.fileStart > end ? 'a hole' : 'an overlap';
      throw corrupt(`tensor ${JSON.stringify(tensor.name)}: ${fault} at data offset ${end - headerBytes}`);
    }
    if (!isLike(tensor, before)) checkLength(tensor);
    end = tensor.fileEnd;
    before = tensor;
  }
  if (end !== fileBytes) throw corrupt(`the tensors end at ${sumText(end)}, the file at ${fileBytes}`);
}

/** What holds for the length of one holds for the other's. Neighbours of one shape mostly share the array. */
function isLike(tensor: SafetensorsTensor, other: SafetensorsTensor | undefined): boolean {
  return tensor.shape === other?.shape && tensor.dtype === other.dtype && bytesOf(tensor) === bytesOf(other);
}

/** Bytes of a tensor's data. */
export function bytesOf({ fileStart, fileEnd }: SafetensorsTensor): number {
  return fileEnd - fileStart;
}

function checkLength({ name, dtype, shape, fileStart, fileEnd }: SafetensorsTensor): void {
  const length = fileEnd - fileStart;
  if (length < 0) throw corrupt(`tensor ${JSON.stringify(name)}: data_offsets run backwards`);
  const elementBits = bitsPerElement(dtype);
  if (elementBits === undefined) return;
  // Exact where no factor is 0 and the end is small: then so was each step.
  let approximateBits = elementBits;
  for (const factor of shape) approximateBits *= factor;
  if (approximateBits > 0 && approximateBits <= Number.MAX_SAFE_INTEGER && approximateBits === length * 8)
    return;
  let bits = BigInt(1);
  for (const factor of [...shape, elementBits]) {
    bits *= BigInt(factor);
    if (bits >= U64_LIMIT) throw corrupt(`tensor ${JSON.stringify(name)}: its shape overflows 64 bits`);
  }
  if (bits !== BigInt(length) * 8n) {
    throw corrupt(`tensor ${JSON.stringify(name)}: its shape takes ${bits} bits, its data ${length} bytes`);
  }
}

function corrupt(message: string): ZnnError {
  return new ZnnError('corrupt', message);
}

function refusal(reason: string, isBeyondLimit = false): SafetensorsReading {
  return { isCanonical: false, reason, ...(isBeyondLimit && { isBeyondLimit }) };
}

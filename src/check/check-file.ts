import path from 'node:path';
import { toZnnError, type ZnnError } from '../errors.js';
import { CONTAINER_INDEX_KEY, HUB_HEADER_MAX_BYTES } from '../format/container/keys.js';
import { hasFrameMagic } from '../format/foreign/compressed-start.js';
import { assertHeaderWithin, isBeyondLimit, type Limits } from '../format/limits.js';
import { restoredPathOf } from '../format/model/file-names.js';
import {
  readSafetensorsHeader,
  SAFETENSORS_JSON_MAX_BYTES,
  SAFETENSORS_LENGTH_BYTES,
  type SafetensorsHeader,
  type SafetensorsReading,
} from '../format/safetensors/header.js';
import { describeFile } from '../info/describe.js';
import { fileSource } from '../io/file-source.js';
import { closeInput, openInput } from '../io/input-file.js';
import type { JobRunner } from '../pool/job/protocol.js';
import type { ByteSource } from '../sources/byte-source.js';
import { checkContainer } from './check-container.js';
import { checkForeign } from './check-foreign.js';
import { pointerFinding } from './check-pointer.js';
import { type FileCheck, type Finding, REPAIR_ADVICE } from './findings.js';

export type Decoding = Pick<JobRunner, 'checksum' | 'decodeInOrder'>;

/** A weight file as `check` sees it, with what an index may name in it. */
export interface CheckedFile extends FileCheck {
  /** `undefined` where the file does not say: it is no safetensors file, or damaged. */
  readonly tensorNames?: readonly string[];
}

/** What a weight file is, and what is wrong with it as far as headers, tables and lists show; contents are for `verify`.
 * @throws ZnnError `io`, `unsupported` beyond a limit */
export function checkFile(filePath: string, runner: Decoding, limits: Partial<Limits>): CheckedFile {
  const input = openInput(filePath);
  try {
    const source = fileSource(input);
    const pointer = pointerFinding(source);
    if (pointer !== undefined)
      return { path: filePath, kind: 'pointer', tensorCount: 0, findings: [pointer] };
    const reading = readSafetensorsHeader(source, limits);
    assertHeaderWithin(reading);
    const foreign = reading.isCanonical || hasFrameMagic(source) ? undefined : checkForeign(source, filePath);
    if (foreign !== undefined) return { ...foreign, findings: [...checkName(filePath), ...foreign.findings] };
    const header = reading.isCanonical ? reading.header : undefined;
    const findings = [...checkName(filePath), ...checkSafetensors(source, reading, path.basename(filePath))];
    // What is wrong with the list explains why the rest cannot be read.
    const isExplained = findings.some(
      ({ severity, code }) => severity === 'defect' && code !== 'compressed-twice',
    );
    const { error, ...described } = describe(filePath, runner, limits, isExplained ? header : undefined);
    const all = error === undefined || isExplained ? findings : [...findings, damage(error)];
    const names = header?.tensors.map(({ name }) => name) ?? described.tensorNames;
    return {
      ...described,
      path: filePath,
      tensorCount: names?.length ?? 0,
      ...(names && { tensorNames: names }),
      findings: all,
    };
  } finally {
    closeInput(input);
  }
}

interface Described extends Pick<CheckedFile, 'kind' | 'format' | 'tensorNames'> {
  readonly error?: ZnnError;
}

/** @param header of a safetensors file whose compressed tensors no reader finds: then it alone says who wrote the file */
function describe(
  filePath: string,
  runner: Decoding,
  limits: Partial<Limits>,
  header: SafetensorsHeader | undefined,
): Described {
  try {
    const { kind, format, tensors } = describeFile(filePath, runner, limits);
    const tensorNames = tensors.map(({ name }) => name);
    return { kind, ...(format && { format }), ...(tensorNames.length > 0 && { tensorNames }) };
  } catch (thrown) {
    const error = toZnnError(thrown);
    if (error.code === 'io' || isBeyondLimit(error)) throw error;
    if (header === undefined) return { kind: 'damaged', error };
    const kind = header.metadata?.has(CONTAINER_INDEX_KEY) ? 'znn' : 'zipnn';
    return { kind, format: 'safetensors', error };
  }
}

function checkSafetensors(source: ByteSource, reading: SafetensorsReading, fileName: string): Finding[] {
  if (reading.isCanonical) {
    const { header } = reading;
    return [...checkContainer(source, header, fileName), ...checkHubLimit(header)];
  }
  if (!fileName.endsWith('.safetensors')) return [];
  return [beginsWithLongHeader(source) ? tooLongHeader(reading.reason) : notSafetensors(reading.reason)];
}

function checkHubLimit({ headerBytes }: SafetensorsHeader): Finding[] {
  if (headerBytes <= HUB_HEADER_MAX_BYTES) return [];
  return [
    {
      ...{ severity: 'remark', code: 'long-header', isRepairable: false },
      message: `the header takes ${headerBytes} bytes; readers on the Hub refuse more than ${HUB_HEADER_MAX_BYTES}`,
      advice: 'loaders can read it; for the Hub spread the tensors over more shards',
    },
  ];
}

/** Whether all is in order but the header's length, which no safetensors reader takes. */
function beginsWithLongHeader(source: ByteSource): boolean {
  if (source.sizeBytes <= SAFETENSORS_LENGTH_BYTES) return false;
  const start = source.read(0, SAFETENSORS_LENGTH_BYTES + 1);
  const jsonBytes = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  const isWithinFile = jsonBytes <= BigInt(source.sizeBytes - SAFETENSORS_LENGTH_BYTES);
  return isWithinFile && jsonBytes > SAFETENSORS_JSON_MAX_BYTES && start.at(-1) === '{'.charCodeAt(0);
}

function tooLongHeader(reason: string): Finding {
  return {
    ...{ severity: 'defect', code: 'long-header', isRepairable: false },
    message: `${reason}, the most that the safetensors library reads`,
    advice:
      'spread the tensors over more shards; znn compresses the file as plain bytes, and restores it exactly',
  };
}

function notSafetensors(reason: string): Finding {
  return {
    ...{ severity: 'defect', code: 'not-safetensors', isRepairable: false, errorCode: 'corrupt' },
    message: `no safetensors file: ${reason}`,
    advice: 'get the file again',
  };
}

function checkName(filePath: string): Finding[] {
  const name = path.basename(filePath);
  const isTwice = /\.znn\.znn$|\.znn\.znn\.safetensors$|\.znn\.safetensors\.znn$/.test(name);
  if (!isTwice) return [];
  const isContainer = name.endsWith('.znn.znn.safetensors');
  return [
    {
      ...{ severity: 'defect', code: 'compressed-twice', isRepairable: isContainer },
      message: isContainer
        ? 'ZipNN ran on a compressed file: what it compressed at first is no longer listed'
        : 'a compressed file was compressed again: no loader reads it',
      advice: isContainer
        ? REPAIR_ADVICE
        : `znn decompress gives ${restoredPathOf(name) ?? 'the file in it'} back`,
    },
  ];
}

function damage({ code, message }: ZnnError): Finding {
  return {
    ...{ severity: 'defect', code: 'damaged', isRepairable: false, errorCode: code },
    message,
    advice: 'get the file again, or compress the original again',
  };
}

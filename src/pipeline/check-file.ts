import path from 'node:path';
import { toZnnError, type ZnnError } from '../errors.js';
import { assertHeaderWithin, isBeyondLimit, type Limits } from '../format/limits.js';
import { readSafetensorsHeader, type SafetensorsHeader } from '../format/safetensors-header.js';
import { fileSource } from '../io/file-source.js';
import { closeInput, type InputFile, openInput } from '../io/input-file.js';
import { restoredPathOf } from '../plan/weight-files.js';
import type { JobRunner } from '../pool/protocol.js';
import { checkContainer } from './check-container.js';
import { type FileCheck, type Finding, REPAIR_ADVICE } from './findings.js';
import { describeFile } from './info.js';

/** A weight file as `check` sees it, with what an index may name in it. */
export interface CheckedFile extends FileCheck {
  /** `undefined` where the file does not say: it is no safetensors file, or damaged. */
  readonly tensorNames?: readonly string[];
}

/** What a weight file is, and what is wrong with it as far as headers, tables and lists show; contents are for `verify`.
 * @throws ZnnError `io`, `unsupported` beyond a limit */
export function checkFile(
  filePath: string,
  runner: Pick<JobRunner, 'checksum' | 'decodeInOrder'>,
  limits: Partial<Limits>,
): CheckedFile {
  const input = openInput(filePath);
  try {
    const header = readHeader(input, limits);
    const findings = [...checkName(filePath), ...checkSafetensors(input, header, limits)];
    const { error, ...described } = describe(filePath, runner, limits);
    // What is wrong with the list explains why the rest cannot be read.
    const isExplained = findings.some(({ severity }) => severity === 'defect');
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

function describe(
  filePath: string,
  runner: Pick<JobRunner, 'checksum' | 'decodeInOrder'>,
  limits: Partial<Limits>,
): Described {
  try {
    const { kind, format, tensors } = describeFile(filePath, runner, limits);
    const tensorNames = tensors.map(({ name }) => name);
    return { kind, ...(format && { format }), ...(tensorNames.length > 0 && { tensorNames }) };
  } catch (thrown) {
    const error = toZnnError(thrown);
    if (error.code === 'io' || isBeyondLimit(error)) throw error;
    return { kind: 'zipnn', format: filePath.endsWith('.safetensors') ? 'safetensors' : 'znn', error };
  }
}

function readHeader(input: InputFile, limits: Partial<Limits>): SafetensorsHeader | undefined {
  const reading = readSafetensorsHeader(fileSource(input), limits);
  assertHeaderWithin(reading);
  return reading.isCanonical ? reading.header : undefined;
}

function checkSafetensors(
  input: InputFile,
  header: SafetensorsHeader | undefined,
  limits: Partial<Limits>,
): Finding[] {
  const name = path.basename(input.path);
  if (header !== undefined) return checkContainer(fileSource(input), header, name);
  if (!name.endsWith('.safetensors')) return [];
  const reading = readSafetensorsHeader(fileSource(input), limits);
  if (reading.isCanonical) return [];
  return [
    {
      ...{ severity: 'defect', code: 'not-safetensors', isRepairable: false, errorCode: 'corrupt' },
      message: `no safetensors file: ${reading.reason}`,
      advice: 'get the file again',
    },
  ];
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

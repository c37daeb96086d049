// The JSON of a safetensors header, entry by entry.

import { ZnnError } from '../../errors.js';
import { forEachItem, forEachMember, requireToken, skipValue } from '../json/reader.js';
import { JsonScanner } from '../json/scanner.js';
import { METADATA_KEY, type SafetensorsTensor } from './entry.js';
import { HeaderMetadata } from './metadata.js';
import { UsualTensorReader } from './usual-entry.js';

export interface Entries {
  readonly tensors: SafetensorsTensor[];
  readonly metadata?: HeaderMetadata;
}

/** What the JSON of a header says, in its order, in a file whose data begin at `dataOffset`; what it means is not looked at yet.
 * @throws ZnnError `corrupt` where it is no JSON or no header, `unsupported` for more than `tensorsMax` tensors */
export function parseEntries(json: Uint8Array, dataOffset: number, tensorsMax: number): Entries {
  const text = decodeUtf8(json);
  const scanner = new JsonScanner(text);
  scanner.next();
  const isAscii = text.length === json.length;
  const usual = isAscii ? new UsualTensorReader(json, text, dataOffset) : undefined;
  const list = new EntryList(tensorsMax);
  const visit = (name: string) => {
    if (name === METADATA_KEY) list.addMetadata(parseMetadata(scanner));
    else list.addTensor(parseTensor(scanner, name, dataOffset));
  };
  const takeUsual = (start: number) => {
    const tensor = usual?.read(start);
    if (tensor === undefined) return undefined;
    list.addTensor(tensor);
    return usual?.position;
  };
  forEachMember(scanner, 'the header object', visit, takeUsual);
  scanner.next();
  requireToken(scanner, 'end', 'nothing but white space after the header');
  return list.finish();
}

/** A byte order mark stays in the text, where no token begins with it. */
function decodeUtf8(json: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
  } catch (cause) {
    throw new ZnnError('corrupt', 'the header is not UTF-8', {}, cause);
  }
}

/** What was read so far. */
class EntryList {
  private readonly tensors: SafetensorsTensor[] = [];
  /** Null as long as there was no entry for it. */
  private metadata: HeaderMetadata | undefined | null = null;

  constructor(private readonly tensorsMax: number) {}

  /** @throws ZnnError `unsupported` for one too many */
  addTensor(tensor: SafetensorsTensor): void {
    if (this.tensors.push(tensor) > this.tensorsMax) {
      throw new ZnnError('unsupported', `more than ${this.tensorsMax} tensors`);
    }
  }

  /** @throws ZnnError `corrupt` for a second one */
  addMetadata(metadata: HeaderMetadata | undefined): void {
    if (this.metadata !== null) throw occursTwice(METADATA_KEY);
    this.metadata = metadata;
  }

  /** @throws ZnnError `corrupt` where a name is there more than once */
  finish(): Entries {
    const { tensors } = this;
    const isInOrder = isAscending(tensors) || isAscendingByLength(tensors);
    const twice = isInOrder ? undefined : nameThatOccursTwice(tensors);
    if (twice !== undefined) throw occursTwice(twice);
    return { tensors, ...(this.metadata && { metadata: this.metadata }) };
  }
}

// Names that stand in order are distinct, and to see that they do takes a fifth of the time of sorting them. The safetensors
// library sorts them; others count: "a.9" before "a.10".

function isAscending(tensors: readonly SafetensorsTensor[]): boolean {
  return tensors.every(({ name }, i) => i === 0 || nameAt(tensors, i - 1) < name);
}

function isAscendingByLength(tensors: readonly SafetensorsTensor[]): boolean {
  return tensors.every(({ name }, i) => {
    const before = nameAt(tensors, i - 1);
    return i === 0 || before.length < name.length || (before.length === name.length && before < name);
  });
}

function nameAt(tensors: readonly SafetensorsTensor[], index: number): string {
  return tensors[index]?.name ?? '';
}

/** Sorting takes a third of the time of a set. */
function nameThatOccursTwice(tensors: readonly SafetensorsTensor[]): string | undefined {
  const sorted = tensors.map(({ name }) => name).sort();
  return sorted.find((name, i) => i > 0 && name === sorted[i - 1]);
}

function occursTwice(name: string): ZnnError {
  return corrupt(`${JSON.stringify(name)} occurs twice`);
}

/** The safetensors library takes null for no metadata. */
function parseMetadata(scanner: JsonScanner): HeaderMetadata | undefined {
  const isNull = scanner.text.slice(scanner.start, scanner.end) === 'null';
  return isNull ? undefined : new HeaderMetadata(scanner);
}

function parseTensor(scanner: JsonScanner, name: string, dataOffset: number): SafetensorsTensor {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  forEachMember(scanner, 'an object for a tensor', (field) => {
    if (field === 'dtype' && dtype === undefined) {
      requireToken(scanner, 'string', 'a string as dtype');
      dtype = scanner.stringValue();
    } else if (field === 'shape' && shape === undefined) {
      shape = parseIntegers(scanner, 'shape');
    } else if (field === 'data_offsets' && offsets === undefined) {
      offsets = parseIntegers(scanner, 'data_offsets');
    } else if (field === 'dtype' || field === 'shape' || field === 'data_offsets') {
      throw corrupt(`tensor ${JSON.stringify(name)}: ${field} occurs twice`);
    } else {
      skipValue(scanner);
    }
  });
  const [dataStart, dataEnd] = offsets ?? [];
  const hasOffsets = offsets?.length === 2 && dataStart !== undefined && dataEnd !== undefined;
  if (dtype === undefined || shape === undefined || !hasOffsets) {
    throw corrupt(`tensor ${JSON.stringify(name)}: dtype, shape and two data_offsets are needed`);
  }
  return { name, dtype, shape, fileStart: dataOffset + dataStart, fileEnd: dataOffset + dataEnd };
}

function parseIntegers(scanner: JsonScanner, field: string): number[] {
  const integers: number[] = [];
  forEachItem(scanner, `an array as ${field}`, () => {
    const token = scanner.text.slice(scanner.start, scanner.end);
    const value = Number(token);
    if (scanner.kind !== 'number' || !/^[0-9]+$/.test(token) || !Number.isSafeInteger(value)) {
      throw scanner.unexpected(`an integer of 0 to 2^53 - 1 in ${field}`);
    }
    integers.push(value);
  });
  return integers;
}

function corrupt(message: string): ZnnError {
  return new ZnnError('corrupt', message);
}

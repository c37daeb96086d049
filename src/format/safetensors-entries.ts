// The JSON of a safetensors header, entry by entry.

import { ZnnError } from '../errors.js';
import { forEachItem, forEachMember, requireToken, skipValue } from './json-reader.js';
import { JsonScanner } from './json-scanner.js';
import { METADATA_KEY, type TensorEntry } from './safetensors-entry.js';
import { UsualTensorReader } from './safetensors-usual-tensor.js';

export interface Entries {
  readonly tensors: TensorEntry[];
  readonly metadata?: ReadonlyMap<string, string>;
}

/** What the JSON of a header says, in its order; what it means is not looked at yet.
 * @throws ZnnError `corrupt` where it is no JSON or no header, `unsupported` for more than `tensorsMax` tensors */
export function parseEntries(text: string, tensorsMax: number): Entries {
  const scanner = new JsonScanner(text);
  scanner.next();
  const usual = new UsualTensorReader(text);
  const list = new EntryList(tensorsMax);
  let metadata: ReadonlyMap<string, string> | undefined;
  const visit = (name: string) => {
    list.addName(name);
    if (name === METADATA_KEY) metadata = parseMetadata(scanner);
    else list.addTensor(parseTensor(scanner, name));
  };
  const takeUsual = (start: number) => {
    const tensor = usual.read(start);
    if (tensor === undefined) return undefined;
    list.addName(tensor.name);
    list.addTensor(tensor);
    return usual.position;
  };
  forEachMember(scanner, 'the header object', visit, takeUsual);
  scanner.next();
  requireToken(scanner, 'end', 'nothing but white space after the header');
  return { tensors: list.tensors, ...(metadata && { metadata }) };
}

/** What was read so far. */
class EntryList {
  readonly tensors: TensorEntry[] = [];
  private readonly names = new Set<string>();

  constructor(private readonly tensorsMax: number) {}

  /** @throws ZnnError `corrupt` for a name that is there already */
  addName(name: string): void {
    const earlierCount = this.names.size;
    if (this.names.add(name).size === earlierCount) throw corrupt(`${JSON.stringify(name)} occurs twice`);
  }

  /** @throws ZnnError `unsupported` for one too many */
  addTensor(tensor: TensorEntry): void {
    if (this.tensors.push(tensor) > this.tensorsMax) {
      throw new ZnnError('unsupported', `more than ${this.tensorsMax} tensors`);
    }
  }
}

/** The safetensors library takes null for no metadata. */
function parseMetadata(scanner: JsonScanner): ReadonlyMap<string, string> | undefined {
  if (scanner.text.slice(scanner.start, scanner.end) === 'null') return undefined;
  const metadata = new Map<string, string>();
  forEachMember(scanner, `an object as ${METADATA_KEY}`, (key) => {
    if (metadata.has(key)) throw corrupt(`${METADATA_KEY}: ${JSON.stringify(key)} occurs twice`);
    requireToken(scanner, 'string', `a string as value in ${METADATA_KEY}`);
    metadata.set(key, scanner.stringValue());
  });
  return metadata;
}

function parseTensor(scanner: JsonScanner, name: string): TensorEntry {
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
  if (dtype === undefined || shape === undefined || offsets?.length !== 2) {
    throw corrupt(`tensor ${JSON.stringify(name)}: dtype, shape and two data_offsets are needed`);
  }
  return { name, dtype, shape, dataStart: dataStart as number, dataEnd: dataEnd as number };
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

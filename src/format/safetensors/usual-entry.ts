// A tensor in the JSON of a safetensors header as the safetensors library writes it, read in one go instead of token by token:
// a header holds up to 100,000 of them, and nearly all files have no others. It reads bytes, which V8 does several times
// quicker than characters of a string.

import { METADATA_KEY, type SafetensorsTensor } from './entry.js';

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const ZERO = 0x30;
const NINE = 0x39;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const UNDERSCORE = 0x5f;
/** Exact in a double, and so is each step towards it. */
const INTEGER_MAX_DIGITS = 15;

const utf8 = new TextEncoder();
const BEFORE_DTYPE = utf8.encode('":{"dtype":"');
const BEFORE_SHAPE = utf8.encode('","shape":[');
const BEFORE_OFFSETS = utf8.encode(',"data_offsets":[');
const END = utf8.encode(']}');

/** Reads entries of one text. */
export class UsualTensorReader {
  /** Where the entry that was read last ends: behind its `}`. */
  position = 0;
  private hasAllIntegers = true;
  private lastDtype = '';
  private lastDtypeStart = 0;
  private lastShape: readonly number[] = [];
  /** A slice of it is of the right size; an array that grows takes room for 17 items at once. */
  private readonly integers: number[] = [];

  /** @param json the bytes of `text`, which are as many as its characters: all are ASCII
   * @param dataOffset where data offset 0 is in the file */
  constructor(
    private readonly json: Uint8Array,
    private readonly text: string,
    private readonly dataOffset: number,
  ) {}

  /** The tensor whose name begins at `start`; undefined for anything else and for one that looks any different, which does
   * not mean that it is wrong. */
  read(start: number): SafetensorsTensor | undefined {
    this.position = start;
    this.hasAllIntegers = true;
    const name = this.name();
    if (name === undefined || name === METADATA_KEY || !this.passes(BEFORE_DTYPE)) return undefined;
    const dtype = this.dtype();
    if (!this.passes(BEFORE_SHAPE)) return undefined;
    const shape = this.shape();
    if (!this.passes(BEFORE_OFFSETS)) return undefined;
    const fileStart = this.dataOffset + this.integer();
    if (!this.passesByte(COMMA)) return undefined;
    const fileEnd = this.dataOffset + this.integer();
    if (!this.passes(END) || !this.hasAllIntegers) return undefined;
    return { name, dtype, shape, fileStart, fileEnd };
  }

  /** Beyond the end there is nothing but 0, which JSON does not have. */
  private byteAt(position: number): number {
    return this.json[position] ?? 0;
  }

  /** Whether `literal` comes next; steps over it if so. */
  private passes(literal: Uint8Array): boolean {
    for (let i = 0; i < literal.length; i++) if (this.byteAt(this.position + i) !== literal[i]) return false;
    this.position += literal.length;
    return true;
  }

  private passesByte(byte: number): boolean {
    if (this.byteAt(this.position) !== byte) return false;
    this.position++;
    return true;
  }

  /** The string that comes next, up to its closing quote, if it has no escapes. */
  private name(): string | undefined {
    if (!this.passesByte(QUOTE)) return undefined;
    const start = this.position;
    let end = start;
    let byte = this.byteAt(end);
    while (byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH) byte = this.byteAt(++end);
    if (byte !== QUOTE) return undefined;
    this.position = end;
    return this.text.slice(start, end);
  }

  /** The capitals, digits and underscores that come next. Neighbours mostly have one dtype, and then share the string. */
  private dtype(): string {
    const start = this.position;
    let end = start;
    while (isDtypeCode(this.byteAt(end))) end++;
    this.position = end;
    if (!this.isLastDtype(start, end)) {
      this.lastDtype = this.text.slice(start, end);
      this.lastDtypeStart = start;
    }
    return this.lastDtype;
  }

  private isLastDtype(start: number, end: number): boolean {
    if (end - start !== this.lastDtype.length) return false;
    for (let i = 0; i < end - start; i++)
      if (this.byteAt(start + i) !== this.byteAt(this.lastDtypeStart + i)) return false;
    return true;
  }

  /** The integers up to the `]` that comes after them. Neighbours of one shape share the array. */
  private shape(): readonly number[] {
    let count = 0;
    if (!this.passesByte(CLOSE_BRACKET)) {
      do this.integers[count++] = this.integer();
      while (this.passesByte(COMMA));
      if (!this.passesByte(CLOSE_BRACKET)) this.hasAllIntegers = false;
    }
    if (!this.isLastShape(count)) this.lastShape = this.integers.slice(0, count);
    return this.lastShape;
  }

  private isLastShape(count: number): boolean {
    if (count !== this.lastShape.length) return false;
    for (let i = 0; i < count; i++) if (this.integers[i] !== this.lastShape[i]) return false;
    return true;
  }

  private integer(): number {
    const start = this.position;
    let end = start;
    let value = 0;
    let byte = this.byteAt(end);
    while (byte >= ZERO && byte <= NINE) {
      value = value * 10 + byte - ZERO;
      byte = this.byteAt(++end);
    }
    this.position = end;
    const digits = end - start;
    const hasLeadingZero = digits > 1 && this.byteAt(start) === ZERO;
    if (digits === 0 || digits > INTEGER_MAX_DIGITS || hasLeadingZero) this.hasAllIntegers = false;
    return value;
  }
}

function isDtypeCode(byte: number): boolean {
  return (byte >= UPPER_A && byte <= UPPER_Z) || (byte >= ZERO && byte <= NINE) || byte === UNDERSCORE;
}

// A tensor in the JSON of a safetensors header as the safetensors library writes it, read in one go instead of token by token:
// a header holds up to 100,000 of them, and nearly all files have no others.

import { METADATA_KEY, type TensorEntry } from './safetensors-entry.js';

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const NINE = 0x39;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const UNDERSCORE = 0x5f;
/** Exact in a double, and so is each step towards it. */
const INTEGER_MAX_DIGITS = 15;

/** Reads entries of one text. */
export class UsualTensorReader {
  /** Where the entry that was read last ends: behind its `}`. */
  position = 0;
  private hasAllIntegers = true;
  private lastDtype = '';
  /** A slice of it is of the right size; an array that grows takes room for 17 items at once. */
  private readonly integers: number[] = [];

  constructor(private readonly text: string) {}

  /** The tensor whose name begins at `start`; undefined for anything else and for one that looks any different, which does
   * not mean that it is wrong. */
  read(start: number): TensorEntry | undefined {
    this.position = start;
    this.hasAllIntegers = true;
    const name = this.name();
    if (name === undefined || name === METADATA_KEY || !this.passes(':{"dtype":"')) return undefined;
    const dtype = this.dtype();
    if (!this.passes('","shape":[')) return undefined;
    const shape = this.passes(']') ? [] : this.integersToBracket();
    if (!this.passes(',"data_offsets":[')) return undefined;
    const dataStart = this.integer();
    if (!this.passes(',')) return undefined;
    const dataEnd = this.integer();
    if (!this.passes(']}') || !this.hasAllIntegers) return undefined;
    return { name, dtype, shape, dataStart, dataEnd };
  }

  /** Whether `literal` comes next; steps over it if so. */
  private passes(literal: string): boolean {
    if (!this.text.startsWith(literal, this.position)) return false;
    this.position += literal.length;
    return true;
  }

  /** The string that comes next, if it has no escapes. */
  private name(): string | undefined {
    if (!this.passes('"')) return undefined;
    const start = this.position;
    let code = this.text.charCodeAt(start);
    // Beyond the end the code is NaN.
    while (code >= SPACE && code !== QUOTE && code !== BACKSLASH)
      code = this.text.charCodeAt(++this.position);
    if (code !== QUOTE) return undefined;
    return this.text.slice(start, this.position++);
  }

  /** The capitals, digits and underscores that come next. Neighbours mostly have one dtype, and then share the string. */
  private dtype(): string {
    const start = this.position;
    while (isDtypeCode(this.text.charCodeAt(this.position))) this.position++;
    const isSame =
      this.position - start === this.lastDtype.length && this.text.startsWith(this.lastDtype, start);
    if (!isSame) this.lastDtype = this.text.slice(start, this.position);
    return this.lastDtype;
  }

  /** The integers up to the `]` that comes after them. */
  private integersToBracket(): readonly number[] {
    let count = 0;
    do this.integers[count++] = this.integer();
    while (this.passes(','));
    if (!this.passes(']')) this.hasAllIntegers = false;
    return this.integers.slice(0, count);
  }

  private integer(): number {
    const start = this.position;
    let value = 0;
    let code = this.text.charCodeAt(start);
    while (code >= ZERO && code <= NINE) {
      value = value * 10 + code - ZERO;
      code = this.text.charCodeAt(++this.position);
    }
    const digits = this.position - start;
    const hasLeadingZero = digits > 1 && this.text.charCodeAt(start) === ZERO;
    if (digits === 0 || digits > INTEGER_MAX_DIGITS || hasLeadingZero) this.hasAllIntegers = false;
    return value;
  }
}

function isDtypeCode(code: number): boolean {
  return (code >= UPPER_A && code <= UPPER_Z) || (code >= ZERO && code <= NINE) || code === UNDERSCORE;
}

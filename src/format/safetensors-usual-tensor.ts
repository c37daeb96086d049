// A tensor's entry in a safetensors header as the safetensors library writes it, read in one go: a header holds up to
// 100,000 of them, and nearly all files have no others.

const ZERO = 0x30;
const NINE = 0x39;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const UNDERSCORE = 0x5f;
/** Exact in a double, and so is each step towards it. */
const INTEGER_MAX_DIGITS = 15;

/** A tensor as the header has it; offsets count from the first byte of data. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly dataStart: number;
  readonly dataEnd: number;
}

/** Reads entries of one text. */
export class UsualTensorReader {
  /** Where the entry that was read last ends. */
  position = 0;
  private hasAllIntegers = true;
  /** A slice of it is of the right size; an array that grows takes room for 17 items at once. */
  private readonly integers: number[] = [];

  constructor(private readonly text: string) {}

  /** The entry whose `{` stands at `start`; undefined where it looks any different, which does not mean that it is wrong. */
  read(start: number, name: string): TensorEntry | undefined {
    this.position = start;
    this.hasAllIntegers = true;
    if (!this.passes('{"dtype":"')) return undefined;
    const dtype = this.word();
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

  /** The capitals, digits and underscores that come next. */
  private word(): string {
    const start = this.position;
    while (isWordCode(this.text.charCodeAt(this.position))) this.position++;
    return this.text.slice(start, this.position);
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

function isWordCode(code: number): boolean {
  return (code >= UPPER_A && code <= UPPER_Z) || (code >= ZERO && code <= NINE) || code === UNDERSCORE;
}

// JSON as tokens with their positions (RFC 8259), for documents of 100 MB that may be hostile. JSON.parse keeps no
// positions, rounds integers and drops duplicate keys; jsonc-parser's scanner takes 20 s and 3.4 GB for 99 MB of padding,
// because it collects white space character by character.

import { ZnnError } from '../../errors.js';

export type JsonTokenKind = '{' | '}' | '[' | ']' | ':' | ',' | 'string' | 'number' | 'literal' | 'end';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERAL = /true|false|null/y;
/** Half of a pair. The text cannot hold one, being UTF-8, but an escape can. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Walks over the tokens of a text, one at a time, backwards never. */
export class JsonScanner {
  /** Of the current token. */
  kind: JsonTokenKind = 'end';
  /** The current token is `text.slice(start, end)`. */
  start = 0;
  end = 0;
  readonly text: string;

  /** Nothing is current until the first {@link next}. */
  constructor(text: string, start = 0) {
    this.text = text;
    this.end = start;
  }

  /** Makes the next token current, and returns its kind.
   * @throws ZnnError `corrupt` where no token can begin, or one is broken. */
  next(): JsonTokenKind {
    this.start = this.skipWhiteSpace();
    this.kind = this.scanToken();
    return this.kind;
  }

  /** The value of the current token, which is a string.
   * @throws ZnnError `corrupt` for an escape that JSON does not have, or one for half of a surrogate pair. */
  stringValue(): string {
    const token = this.text.slice(this.start, this.end);
    if (!token.includes('\\')) return token.slice(1, -1);
    let value: string;
    try {
      value = JSON.parse(token) as string;
    } catch (cause) {
      throw new ZnnError('corrupt', `JSON: a bad escape in the string at character ${this.start}`, {}, cause);
    }
    if (LONE_SURROGATE.test(value))
      throw this.broken(`half a surrogate pair in the string at character ${this.start}`);
    return value;
  }

  /** Goes on behind `position`: what stands before it was read in another way. No token is current until the next. */
  jumpTo(position: number): void {
    this.end = position;
  }

  /** An error about the current token. */
  unexpected(expected: string): ZnnError {
    const found = this.kind === 'end' ? 'the end' : `"${this.text.slice(this.start, this.end).slice(0, 20)}"`;
    return new ZnnError('corrupt', `JSON: ${found} at character ${this.start}, expected ${expected}`);
  }

  private skipWhiteSpace(): number {
    let position = this.end;
    for (; position < this.text.length; position++) {
      const code = this.text.charCodeAt(position);
      if (code !== SPACE && code !== LINE_FEED && code !== CARRIAGE_RETURN && code !== TAB) break;
    }
    return position;
  }

  private scanToken(): JsonTokenKind {
    const first = this.text.charAt(this.start);
    switch (first) {
      case '{':
      case '}':
      case '[':
      case ']':
      case ':':
      case ',':
        this.end = this.start + 1;
        return first;
      case '"':
        this.end = this.endOfString();
        return 'string';
      case '':
        this.end = this.start;
        return 'end';
      case 't':
      case 'f':
      case 'n':
        return this.matchAs('literal', LITERAL);
      default:
        return this.matchAs('number', NUMBER);
    }
  }

  /** Escapes are stepped over here and checked in {@link stringValue}, so that only values in use are decoded. */
  private endOfString(): number {
    for (let position = this.start + 1; position < this.text.length; position++) {
      const code = this.text.charCodeAt(position);
      if (code === QUOTE) return position + 1;
      if (code === BACKSLASH) position++;
      else if (code < SPACE) throw this.broken(`a control character in a string at character ${position}`);
    }
    throw this.broken(`a string that does not end at character ${this.start}`);
  }

  private matchAs(kind: JsonTokenKind, pattern: RegExp): JsonTokenKind {
    pattern.lastIndex = this.start;
    if (!pattern.test(this.text)) {
      const found = JSON.stringify(this.text.charAt(this.start));
      throw this.broken(`${found} at character ${this.start}, where no token begins with it`);
    }
    this.end = pattern.lastIndex;
    return kind;
  }

  private broken(what: string): ZnnError {
    return new ZnnError('corrupt', `JSON: ${what}`);
  }
}

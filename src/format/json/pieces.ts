// JSON in pieces of text. A header has up to 100 MB: as one string beside the strings that it is made of, it would take several
// times as much.

/** Characters that are escaped, or encoded, in one call: enough to make nothing of the call. */
const PIECE_CHARACTERS = 1 << 14;

/** A string, whole or as the pieces of one. No piece ends within a surrogate pair. */
export type TextPieces = string | Iterable<string>;

const utf8 = new TextEncoder();

/** The JSON of a string. */
export function* jsonString(value: TextPieces): Generator<string> {
  if (typeof value === 'string' && value.length <= PIECE_CHARACTERS) {
    yield JSON.stringify(value);
    return;
  }
  yield '"';
  for (const piece of typeof value === 'string' ? slicesOf(value) : value)
    yield JSON.stringify(piece).slice(1, -1);
  yield '"';
}

function* slicesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const isWithinPair = isHighSurrogate(text.charCodeAt(start + PIECE_CHARACTERS - 1));
    const end = start + PIECE_CHARACTERS - (isWithinPair ? 1 : 0);
    yield text.slice(start, end);
    start = end;
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

/** Bytes that the text takes in UTF-8. */
export function utf8LengthOf(pieces: Iterable<string>): number {
  const scratch = new Uint8Array(PIECE_CHARACTERS * 4);
  let length = 0;
  for (const text of gathered(pieces)) {
    for (let start = 0; start < text.length; ) {
      const { read, written } = utf8.encodeInto(text.slice(start), scratch);
      start += read;
      length += written;
    }
  }
  return length;
}

/** Writes the text to `target` in UTF-8. Returns how many bytes it takes, or undefined when there are too few. */
export function writeUtf8(pieces: Iterable<string>, target: Uint8Array): number | undefined {
  let length = 0;
  for (const text of gathered(pieces)) {
    const { read, written } = utf8.encodeInto(text, target.subarray(length));
    if (read < text.length) return undefined;
    length += written;
  }
  return length;
}

/** The same text in pieces that are worth a call. */
function* gathered(pieces: Iterable<string>): Generator<string> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = '';
  }
  yield text;
}

import { bytesOfName, escapedByteOf } from '../../io/paths/path-bytes.js';

/** Text from outside as one line without control characters: a file or tensor name must neither start a new line nor
 * send commands to the terminal. A byte of a name that is no UTF-8 shows as `\\xe9`. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, escaped);
}

/** The object as a line of JSON. Names that are no UTF-8 show as {@link printable} has them, since a lone surrogate is what many
 * parsers refuse; of `source` and `target` the very bytes stand beside, in base64. */
export function jsonLine(object: object): string {
  const exact = { ...object, ...base64Of(object, 'source'), ...base64Of(object, 'target') };
  return JSON.stringify(exact, (_key, value) => (typeof value === 'string' ? wellFormed(value) : value));
}

function base64Of(object: object, key: string): Record<string, string> {
  const name: unknown = Reflect.get(object, key);
  if (typeof name !== 'string' || name.isWellFormed()) return {};
  return { [`${key}Base64`]: Buffer.from(bytesOfName(name)).toString('base64') };
}

function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.replace(/\p{Cs}/gu, escaped);
}

function escaped(character: string): string {
  const code = escapedByteOf(character) ?? character.codePointAt(0) ?? 0;
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

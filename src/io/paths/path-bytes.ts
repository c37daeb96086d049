// Linux takes any bytes but 0 and "/" as a name. JavaScript's strings cannot hold bytes that are no UTF-8: Node reads each as
// U+FFFD, and no file is found by that name again. Here a byte that is no UTF-8 stands as a lone surrogate, U+DC00 + the byte,
// as Python has it (PEP 383, "surrogateescape"). So names are strings everywhere, can be joined, compared and put in maps, and
// become their very bytes again at the door to the system.

const ESCAPE_BASE = 0xdc00;
/** What Node reads bytes as that are no UTF-8. */
export const REPLACEMENT = '\ufffd';

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The name of these bytes: UTF-8 as it is, every other byte as a lone surrogate. */
export function nameOfBytes(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return escapedNameOf(bytes);
  }
}

/** The bytes of a name, the inverse of {@link nameOfBytes}. */
export function bytesOfName(name: string): Uint8Array {
  if (name.isWellFormed()) return encoder.encode(name);
  const parts = [...name].map((character) => {
    const byte = escapedByteOf(character);
    return byte === undefined ? encoder.encode(character) : Uint8Array.of(byte);
  });
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.byteLength;
  }
  return bytes;
}

/** The byte that a lone surrogate stands for; `undefined` for any other character. */
export function escapedByteOf(character: string): number | undefined {
  const byte = character.charCodeAt(0) - ESCAPE_BASE;
  return character.length === 1 && byte >= 0x80 && byte <= 0xff ? byte : undefined;
}

function escapedNameOf(bytes: Uint8Array): string {
  let name = '';
  for (let start = 0; start < bytes.length; ) {
    const length = sequenceLength(bytes, start);
    name +=
      length === 0
        ? String.fromCharCode(ESCAPE_BASE + (bytes[start] ?? 0))
        : strictDecoder.decode(bytes.subarray(start, start + length));
    start += Math.max(length, 1);
  }
  return name;
}

/** Bytes of the UTF-8 character at `start`; 0 where there is none. RFC 3629, section 4: no overlong forms, no surrogates. */
function sequenceLength(bytes: Uint8Array, start: number): number {
  const lead = bytes[start] ?? 0;
  const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length <= 1) return length;
  const second = bytes[start + 1] ?? 0;
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let at = start + 2; at < start + length; at++) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

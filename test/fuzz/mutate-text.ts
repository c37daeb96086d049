// Mutations of JSON, token by token, so that most of them stay JSON; and of what has JSON behind a length.

import { concatBytes, u64Bytes, utf8 } from '../support/bytes.js';
import { mutate, type Random } from './mutate.js';

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}[\],:]|[a-z]+|\s+/g;
const LENGTH_BYTES = 8;

const NUMBERS = ['0', '1', '-1', '-0', '1.0', '1e3', '01', '64', '1e999', '4294967296'].concat(
  ...['9007199254740991', '9007199254740992', '18446744073709551615', '18446744073709551616', '0.5'],
);
const STRINGS = ['""', '"__proto__"', '"__metadata__"', '"constructor"', '"dtype"', '"shape"', '"F4"'].concat(
  ...['"BF16"', '"F32"', '"BOOL"', '"weight_map"', '"../x"', '"/x"', '"C:\\\\x"', '"a\\u0000b"', '"\\ud800"'],
  ...['"a/./b"', '"A"', '"a"', '"\\u0041"', '"é"', '"e\\u0301"', '"x.znn"', '"CON"', '"x "', '"\\q"', '"'],
);
const OTHERS = [
  'null',
  'true',
  '[]',
  '{}',
  '[[[[]]]]',
  ',',
  ':',
  '{',
  '}',
  '[',
  ']',
  ' ',
  '\n',
  '\ufeff',
  '',
];

/** @returns `text` with one token changed, left out, doubled or exchanged with another */
export function mutateText(text: string, random: Random): string {
  const tokens = [...text.matchAll(TOKEN)];
  const pick = () => tokens[random() % Math.max(1, tokens.length)];
  const [one, other] = [pick(), pick()];
  if (one === undefined || other === undefined) return STRINGS[random() % STRINGS.length] ?? '';
  return (
    text.slice(0, one.index) + replacement(one[0], other[0], random) + text.slice(one.index + one[0].length)
  );
}

function replacement(token: string, other: string, random: Random): string {
  const from = (list: readonly string[]) => list[random() % list.length] ?? '';
  switch (random() % 8) {
    case 0:
      return '';
    case 1:
      return token + token;
    case 2:
      return other;
    case 3:
      return `${token},${other}`;
    case 4:
      return from(OTHERS);
    case 5:
      return /^\d+$/.test(token) ? String(Number(token) + (random() & 1 ? 1 : -1)) : from(NUMBERS);
    case 6:
      return /^"/.test(token) ? from(STRINGS) : from(NUMBERS);
    default:
      return /^\d/.test(token) ? from(NUMBERS) : from(STRINGS);
  }
}

/** Half of the mutations are of bytes, half of tokens. */
export function mutateJson(input: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  if (random() & 1) return mutate(input, other, random);
  let text = new TextDecoder().decode(input);
  for (let left = 1 + (random() % 3); left > 0; left--) text = mutateText(text, random);
  return utf8(text);
}

/** The JSON of a safetensors file is mutated, and its length put right. */
export function mutateBehindLength(input: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  if (random() % 3 === 0 || input.length < LENGTH_BYTES) return mutate(input, other, random);
  const length = new DataView(input.buffer, input.byteOffset).getBigUint64(0, true);
  if (length > BigInt(input.length - LENGTH_BYTES)) return mutate(input, other, random);
  const end = LENGTH_BYTES + Number(length);
  const json = mutateJson(input.subarray(LENGTH_BYTES, end), other, random);
  return concatBytes(Uint8Array.from(u64Bytes(BigInt(json.length))), json, input.subarray(end));
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HUFFMAN_BY_MULTI, HUFFMAN_BY_PAIRS, HUFFMAN_BY_SINGLE } from '../../src/format/frame/constants.js';
import { decodeHuffmanBlock } from '../reference/huffman-decode.js';
import { encodeHuffmanBlock, type WeightCoding } from '../reference/huffman-encode.js';
import { kernelDecode } from '../support/huffman-kernel.js';

/** The loop that the kernel chooses, and each of its fast ones. */
const LOOPS = [undefined, HUFFMAN_BY_SINGLE, HUFFMAN_BY_PAIRS, HUFFMAN_BY_MULTI];
const RUNS = Number(process.env.ZNN_FUZZ_RUNS ?? 3000);

const symbols = fc
  .tuple(
    fc.integer({ min: 13, max: 300 }),
    fc.integer({ min: 2, max: 60 }),
    fc.integer({ max: 255 }),
    fc.nat(),
  )
  .map(([byteCount, symbolCount, base, seed]) =>
    Uint8Array.from({ length: byteCount }, (_, index) => {
      const random = ((Math.imul(index + 1, 2654435761) ^ Math.imul(seed, 40503)) >>> 0) / 2 ** 32;
      return base + Math.floor(random ** 4 * symbolCount);
    }),
  );

const block = fc
  .tuple(symbols, fc.integer({ min: 8, max: 12 }), fc.constantFrom<WeightCoding>('direct', 'fse', 'auto'))
  .map(([raw, maxBits, coding]) => ({
    raw,
    bytes: encodeHuffmanBlock(raw, maxBits, coding) ?? new Uint8Array(),
  }))
  .filter(({ bytes }) => bytes.length > 0);

/** Where the damage is: anywhere, or in the first bytes, where the tree and the jump table stand. */
const change = fc.record<Change>({
  offset: fc.oneof(fc.nat(400), fc.nat(24)),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255)),
  kind: fc.constantFrom('set', 'flip', 'insert', 'remove', 'cut'),
});

/** The bytes, or `undefined` for a refusal. */
function twin(bytes: Uint8Array, rawBytes: number): Uint8Array | undefined {
  try {
    return decodeHuffmanBlock(bytes, rawBytes);
  } catch {
    return undefined;
  }
}

interface Change {
  readonly offset: number;
  readonly byte: number;
  readonly kind: 'set' | 'flip' | 'insert' | 'remove' | 'cut';
}

function damaged(bytes: Uint8Array, { offset, byte, kind }: Change): Uint8Array {
  const at = offset % (bytes.length + 1);
  const [before, from, behind] = [bytes.subarray(0, at), bytes.subarray(at), bytes.subarray(at + 1)];
  if (kind === 'cut') return before;
  if (kind === 'remove') return Uint8Array.of(...before, ...behind);
  if (kind === 'insert') return Uint8Array.of(...before, byte, ...from);
  const value = kind === 'set' ? byte : (bytes[at] ?? 0) ^ (1 << (byte & 7));
  return Uint8Array.of(...before, value, ...behind);
}

test('a damaged block: kernel and twin both refuse it, or read the same bytes', () => {
  fc.assert(
    fc.property(
      block,
      fc.array(change, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      (made, changes, isOdd) => {
        const bytes = changes.reduce(damaged, made.bytes);
        const rawBytes = made.raw.length + Number(isOdd);
        const expected = twin(bytes, rawBytes);
        for (const loop of LOOPS) {
          const mine = kernelDecode(bytes, rawBytes, loop);
          expect(typeof mine === 'number' ? undefined : mine).toEqual(expected);
        }
      },
    ),
    { numRuns: RUNS },
  );
});

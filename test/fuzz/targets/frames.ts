import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ZnnError } from '../../../src/errors.js';
import { REFUSED_GOLDENS, VALID_GOLDENS } from '../../golden/golden-files.js';
import { geometricBytes, uniformBytes } from '../../support/distributions.js';
import { boundedProduct, boundedReference } from '../by-reference.js';
import { compressByProduct } from '../decode-product.js';
import { mutate, type Random } from '../mutate.js';
import { Finding, type FuzzTarget, isEqual, outcomeOf } from '../target.js';

const GOLDEN_BYTES_MAX = 20_000;
const ENCODED_BYTES_AT = 24;
const ENCODINGS = ['auto', 'bytes', 'bf16', 'f16', 'f32', 'i32'] as const;

/** What the product refuses beyond the reference, which reads no index and no shape, takes any chunk size, and walks on
 * behind any first frame. */
const STRICTER = [/^frame index: /, /^container: /, /^frame header: shape /, /^frame header: chunk log2 /];

/** Files of frames, as stock ZipNN writes them, through the product and through the slow reference. */
export const frames: FuzzTarget = {
  name: 'frames',
  corpus: () => [
    ...[
      ...VALID_GOLDENS.filter(({ originalBytes }) => originalBytes <= GOLDEN_BYTES_MAX),
      // Refused without a base; here there is one.
      ...REFUSED_GOLDENS.filter(({ filePath }) => path.basename(filePath).startsWith('delta-')),
    ].map(({ filePath }) => Uint8Array.from(readFileSync(filePath))),
    compressByProduct(geometricBytes(1, 900, 40, 1.4), { hasFrameIndex: false }),
  ],
  fresh(random: Random) {
    const bytes = random() % 3000;
    const skew = [1.05, 1.3, 2, 8][random() % 4] ?? 2;
    const raw =
      random() % 5 === 0 ? uniformBytes(random() | 1, bytes) : geometricBytes(random() | 1, bytes, 60, skew);
    return compressByProduct(raw, { hasFrameIndex: false, encoding: ENCODINGS[random() % ENCODINGS.length] });
  },
  mutate(input, other, random) {
    const mutant = mutate(input, other, random);
    // A file of one frame that grew or shrank is refused for that, unless the header is told.
    if (random() & 1 && mutant.length >= 32 && mutant.length !== input.length) {
      new DataView(mutant.buffer).setBigUint64(ENCODED_BYTES_AT, BigInt(mutant.length), true);
    }
    return mutant;
  },
  run(input) {
    let raw: Uint8Array | undefined;
    const outcome = outcomeOf(() => {
      raw = boundedProduct(input);
    });
    let expected: Uint8Array | undefined;
    try {
      expected = boundedReference(input);
    } catch (thrown) {
      if (!(thrown instanceof ZnnError)) throw thrown;
    }
    const isStricter = raw === undefined && STRICTER.some((known) => known.test(outcome.reason));
    if (!isStricter && !isEqual(raw, expected)) {
      throw new Finding(`product ${raw?.length} (${outcome.reason}), reference ${expected?.length}`);
    }
    return outcome;
  },
};

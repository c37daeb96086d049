import { ZnnError } from '../../errors.js';
import { forEachMember, requireToken, skipValue } from '../json/reader.js';
import { JsonScanner } from '../json/scanner.js';
import { COMPRESSED_VECTORS_KEY } from './keys.js';

/** What ZipNN's list says of a tensor, as it stands there. */
export interface CompressedVector {
  /** Torch's name: `bfloat16`. */
  readonly dtype?: string;
  /** As Python writes a list: `[4096, 4096]`. */
  readonly shape?: string;
}

/** The list in the value of COMPRESSED_VECTORS_KEY, whatever it says of each tensor.
 * @throws ZnnError `corrupt` when it is none */
export function parseCompressedVectors(text: string): Map<string, CompressedVector> {
  const vectors = new Map<string, CompressedVector>();
  const scanner = new JsonScanner(text);
  scanner.next();
  forEachMember(scanner, `an object as ${COMPRESSED_VECTORS_KEY}`, (name) => {
    if (vectors.has(name))
      throw new ZnnError('corrupt', `${COMPRESSED_VECTORS_KEY}: ${JSON.stringify(name)} occurs twice`);
    vectors.set(name, parseVector(scanner));
  });
  scanner.next();
  requireToken(scanner, 'end', `nothing after ${COMPRESSED_VECTORS_KEY}`);
  return vectors;
}

/** Readers of ZipNN's need the name only; whatever else stands there is none of their business. */
function parseVector(scanner: JsonScanner): CompressedVector {
  const fields = new Map<string, string>();
  if (scanner.kind !== '{') {
    skipValue(scanner);
    return {};
  }
  forEachMember(scanner, 'an object for a tensor', (field) => {
    if (scanner.kind === 'string') fields.set(field, scanner.stringValue());
    else skipValue(scanner);
  });
  const [dtype, shape] = [fields.get('dtype'), fields.get('shape')];
  return { ...(dtype !== undefined && { dtype }), ...(shape !== undefined && { shape }) };
}

import { geometricBytes, uniformBytes } from '../../support/distributions.js';
import { safetensorsFile } from '../../support/model-folder.js';
import { COMPARED_BYTES_MAX } from '../by-reference.js';
import { compressByProduct, decodeByProduct, planOf } from '../decode-product.js';
import { Originals } from '../originals.js';
import { ACCEPTED, type FuzzTarget, outcomeOf, refusedFor } from '../target.js';

const originals = new Originals();

/** Our own files: damage anywhere is refused or harmless, but never gives other bytes. */
export const container: FuzzTarget = {
  name: 'container',
  corpus: () =>
    [safetensorsFile(1, 700), geometricBytes(2, 1500, 60, 1.3), uniformBytes(3, 33), new Uint8Array(0)].map(
      (original) => compressByProduct(originals.add(original)),
    ),
  fresh(random) {
    const raw =
      random() & 1
        ? safetensorsFile(random() | 1, random() % 2000)
        : geometricBytes(random() | 1, random() % 2000, 2 + (random() % 200), 1.3);
    return compressByProduct(originals.add(raw));
  },
  run(input) {
    let isIndexed = true;
    const outcome = outcomeOf(
      () => {
        const plan = planOf(input);
        isIndexed = plan.kind === 'znn';
        if (!isIndexed || plan.rawBytes > COMPARED_BYTES_MAX) return undefined;
        return decodeByProduct(input, plan);
      },
      (raw) => raw && originals.check(raw),
    );
    if (outcome === ACCEPTED && !isIndexed) return refusedFor('no index');
    return outcome;
  },
};

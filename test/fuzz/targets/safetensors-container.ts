import type { DecompressPlan } from '../../../src/layout/plans.js';
import { decodeFrame } from '../../reference/frame-decode.js';
import { MIXED_TENSORS, safetensorsOf } from '../../support/container.js';
import { STOCK_CONTAINER } from '../../support/stock-container.js';
import { COMPARED_BYTES_MAX } from '../by-reference.js';
import { containerByProduct, decodeByProduct, planOf } from '../decode-product.js';
import { mutateBehindLength } from '../mutate-text.js';
import { Originals } from '../originals.js';
import { Finding, type FuzzTarget, isEqual, outcomeOf } from '../target.js';
import { anyTensors } from './safetensors.js';

const originals = new Originals();

const small = MIXED_TENSORS.map((recipe) => ({ ...recipe, shape: recipe.shape.map((n) => Math.min(n, 40)) }));

/** `.znn.safetensors`: ours restore to their original or not at all; in the stock script's, each tensor is what the
 * reference makes of its frame. */
export const safetensorsContainer: FuzzTarget = {
  name: 'safetensors-container',
  corpus: () => [
    STOCK_CONTAINER,
    containerByProduct(originals.add(safetensorsOf(small, { format: 'pt' }))),
    containerByProduct(originals.add(safetensorsOf([]))),
  ],
  fresh: (random) => containerByProduct(originals.add(safetensorsOf(anyTensors(random)))),
  mutate: mutateBehindLength,
  run: (input) =>
    outcomeOf(
      () => {
        const plan = planOf(input);
        return plan.rawBytes > COMPARED_BYTES_MAX ? undefined : { plan, raw: decodeByProduct(input, plan) };
      },
      (restored) => {
        if (restored === undefined) return;
        if (restored.plan.format === 'safetensors' && restored.plan.kind === 'znn')
          originals.check(restored.raw);
        else if (restored.plan.format === 'safetensors') checkTensors(input, restored);
      },
    ),
};

function checkTensors(input: Uint8Array, { plan, raw }: { plan: DecompressPlan; raw: Uint8Array }): void {
  let end = plan.prefix?.length ?? 0;
  for (const { frameOffset, encodedBytes, rawOffset, rawBytes, isStored } of plan.frames) {
    if (rawOffset !== end) throw new Finding(`a tensor at ${rawOffset}, the last one ends at ${end}`);
    end += rawBytes;
    const stands = input.slice(frameOffset, frameOffset + encodedBytes);
    const expected = isStored ? stands : decodeFrame(stands).raw;
    if (!isEqual(raw.subarray(rawOffset, end), expected)) throw new Finding(`other bytes at ${rawOffset}`);
  }
  if (end !== raw.length) throw new Finding(`tensors end at ${end} of ${raw.length}`);
}

import { planCompression } from '../../../src/layout/encode/encode-plan.js';
import { MIXED_TENSORS, safetensorsOf } from '../../support/container.js';
import { memorySource } from '../../support/memory-source.js';
import { safetensorsFile } from '../../support/model-folder.js';
import type { Random } from '../mutate.js';
import { mutateBehindLength } from '../mutate-text.js';
import { ACCEPTED, Finding, type FuzzTarget, refusedFor } from '../target.js';

/** Small ones, of every dtype. */
export function anyTensors(random: Random): typeof MIXED_TENSORS {
  return MIXED_TENSORS.filter(() => random() & 1).map((recipe) => ({
    ...recipe,
    shape: recipe.shape.map((dimension, at) => (at === 0 ? random() % 60 : Math.min(dimension, 5))),
  }));
}

/** Whatever a file looks like, it becomes frames that cover it, byte for byte and in order; and what is taken for a
 * safetensors file is one for JSON.parse too. */
export const safetensors: FuzzTarget = {
  name: 'safetensors',
  corpus: () => [
    safetensorsFile(1, 300),
    safetensorsFile(2, 5),
    Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d),
    safetensorsOf(
      MIXED_TENSORS.map((recipe) => ({ ...recipe, shape: recipe.shape.map((n) => Math.min(n, 3)) })),
      { format: 'pt' },
    ),
  ],
  fresh: (random) => safetensorsOf(anyTensors(random), random() & 1 ? { format: 'pt' } : undefined),
  mutate: mutateBehindLength,
  run(input) {
    const plan = planCompression(memorySource(input), { encoding: 'auto', isNamedSafetensors: true });
    let end = 0;
    for (const { rawOffset, rawBytes } of plan.frames) {
      if (rawOffset !== end || rawBytes <= 0)
        throw new Finding(`a frame at ${rawOffset}, the last one ends at ${end}`);
      end += rawBytes;
    }
    if (end !== input.length) throw new Finding(`frames end at ${end}, the file at ${input.length}`);
    if (plan.kind !== 'safetensors') return refusedFor(plan.note ?? '');
    checkByJsonParse(input);
    return ACCEPTED;
  },
};

function checkByJsonParse(input: Uint8Array): void {
  const jsonEnd = 8 + Number(new DataView(input.buffer, input.byteOffset).getBigUint64(0, true));
  const { __metadata__: _, ...tensors } = JSON.parse(new TextDecoder().decode(input.subarray(8, jsonEnd)));
  const offsets = Object.values(tensors as Record<string, { data_offsets: [number, number] }>)
    .map((tensor) => tensor.data_offsets)
    .sort(([a, b], [c, d]) => a - c || b - d);
  let end = 0;
  for (const [from, to] of offsets) {
    if (from !== end || to < from) throw new Finding(`a tensor at ${from}, the last one ends at ${end}`);
    end = to;
  }
  if (jsonEnd + end !== input.length) throw new Finding(`tensors end at ${end} of ${input.length - jsonEnd}`);
}

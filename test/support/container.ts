import { concatBytes } from './bytes.js';
import { geometricBytes, uniformBytes } from './distributions.js';
import { headerOf } from './safetensors.js';

/** A tensor and how its bytes are made: `skewed` shrinks in every plane, `weights` in the high bytes only. */
export interface TensorRecipe {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly elementBytes: number;
  readonly content: 'skewed' | 'weights' | 'random';
}

/** A safetensors file with these tensors, in this order. */
export function safetensorsOf(
  recipes: readonly TensorRecipe[],
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const specs = recipes.map(({ name, dtype, shape, elementBytes }) => ({
    ...{ name, dtype, shape },
    bytes: shape.reduce((product, dimension) => product * dimension, elementBytes),
  }));
  const data = recipes.map((recipe, i) => contentOf(recipe, i + 1, specs[i]?.bytes ?? 0));
  return concatBytes(headerOf(specs, metadata), ...data);
}

function contentOf({ content, elementBytes }: TensorRecipe, seed: number, bytes: number): Uint8Array {
  if (content === 'random') return uniformBytes(seed, bytes);
  if (content === 'skewed') return geometricBytes(seed, bytes, 40, 1.4);
  const high = geometricBytes(seed, bytes / elementBytes, 30, 1.5, 90);
  const all = uniformBytes(seed + 1000, bytes);
  for (let i = 0; i < high.length; i++) all[(i + 1) * elementBytes - 1] = high[i] ?? 0;
  return all;
}

const recipe = (
  name: string,
  dtype: string,
  elementBytes: number,
  shape: readonly number[],
  content: TensorRecipe['content'] = 'weights',
): TensorRecipe => ({ name, dtype, elementBytes, shape, content });

/** Every dtype that stock readers restore, others, small and empty ones, names that need escapes. */
export const MIXED_TENSORS: readonly TensorRecipe[] = [
  recipe('ids', 'I64', 8, [300], 'skewed'),
  recipe('f32', 'F32', 4, [30, 41]),
  recipe('f32.clean', 'F32', 4, [999], 'skewed'),
  recipe('f32.random', 'F32', 4, [500], 'random'),
  recipe('bf16', 'BF16', 2, [50, 41]),
  recipe('bf16 "quoted" \\ ünïcode', 'BF16', 2, [1501]),
  recipe('f16', 'F16', 2, [7, 11, 13], 'skewed'),
  recipe('f8.e4m3', 'F8_E4M3', 1, [2000], 'skewed'),
  recipe('f8.e5m2', 'F8_E5M2', 1, [40, 40], 'skewed'),
  recipe('scalar', 'F32', 4, []),
  recipe('empty', 'BF16', 2, [0, 4]),
  recipe('mask', 'BOOL', 1, [1001], 'skewed'),
  recipe('i16', 'I16', 2, [700], 'skewed'),
  recipe('of the future', 'F9_X', 1, [801], 'skewed'),
  recipe('__proto__', 'U8', 1, [3], 'random'),
];

/** Larger than a worker's memory: in planes that stay where they are, that move, and that are not worth it. */
export const LARGE_TENSORS: readonly TensorRecipe[] = [
  recipe('large.bf16', 'BF16', 2, [2600, 1000]),
  recipe('large.moves', 'F32', 4, [1300, 1001], 'skewed'),
  recipe('large.random', 'F32', 4, [1_200_000], 'random'),
  recipe('large.f8', 'F8_E4M3', 1, [4_500_001], 'skewed'),
  recipe('large.ids', 'I64', 8, [560_000], 'skewed'),
  recipe('small.behind', 'BF16', 2, [5001]),
];

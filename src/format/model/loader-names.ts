import { baseNameOf, plainNameOf } from './file-names.js';

/** What loaders look for by its name, without its extension, beside the shards of an index that does not name it. */
const OWN_NAMES: readonly RegExp[] = [
  // A whole model in one file, or a variant of it: transformers, diffusers, Keras, Flax, litgpt.
  /^(diffusion_)?(pytorch_|tf_|flax_)?model(\.\w+)?$|^lit_model$/,
  // Mistral's and Meta's own formats, in one file or in several.
  /^consolidated([.-].*)?$/,
  // Adapters: PEFT, adapters, MLX, Mistral, diffusers.
  /^(pytorch_)?adapter(s|_model)?(\.\w+)?$|^\d+_adapters$|^lora$|^pytorch_(lora|custom_diffusion)_weights$/,
  // Heads, projections and embeddings that are trained beside a model.
  /^(pytorch_)?model_head$|^v(alue)?_head$|^medusa_lm_head$|^mm_projector$|^non_lora_trainables$|^(new_|learned_)?embed(ding)?s(-.*)?$/,
  // The state of a training: Trainer, Accelerate.
  /^(training_args|optimizer|scheduler|scaler|sampler|dl_state_dict|rng_state|random_states)(_\d+)?$/,
];

/** Not of a name that begins with its only dot. */
const LAST_EXTENSION = /(?<=.)\.[^.]*$/s;

/** Whether some loader opens a file of this name, compressed or not, without an index: one that does not name it says nothing
 * about it. */
export function hasOwnLoader(filePath: string): boolean {
  const name = plainNameOf(baseNameOf(filePath)).replace(LAST_EXTENSION, '');
  return OWN_NAMES.some((pattern) => pattern.test(name));
}

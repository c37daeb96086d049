// Loads compressed models with transformers, through ZipNN's two plugins: what they say must be what the original says.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readAnswers } from './answers.js';
import { runZnn } from './cli.js';

/** @typedef {import('./checks.js').Python} Python */
/** @typedef {import('./tally.js').Tally} Tally */
/** @typedef {{ name: string, job: Record<string, string | null> }} Case */

const MODELS = ['bf16-single', 'bf16-sharded', 'f32-single', 'f32-sharded'];
const COMMIT = 'c'.repeat(40);

/** @param {string} folder @param {Python} python @param {Tally} tally */
export function checkLoaders(folder, python, tally) {
  const models = path.join(folder, 'loaders');
  mkdirSync(models);
  python.run('loaders.py', ['make', models]);
  const cases = MODELS.flatMap((model) => [
    ...znnCases(models, model, tally),
    restoredCase(models, model, tally),
    ...containerCases(models, model, tally),
  ]);
  const jobsPath = path.join(models, 'jobs.json');
  writeFileSync(jobsPath, JSON.stringify(cases.map(({ job }) => job)));
  const answers = readAnswers(python.run('loaders.py', ['check', jobsPath]), cases.length);
  for (const [index, { name }] of cases.entries()) tally.check(name, answers[index]?.error);
}

/** `.safetensors.znn`, by `zipnn_hf()`: shards from a folder, a single file from a cache of the Hub.
 * @param {string} models @param {string} model @param {Tally} tally @returns {Case[]} */
function znnCases(models, model, tally) {
  const compressed = `${model}-znn`;
  tally.check(`compress ${model}`, runZnn(models, ['compress', model, '-o', compressed]));
  const isSharded = model.endsWith('sharded');
  const place = isSharded
    ? { model: path.join(models, compressed), cache: null }
    : {
        model: `znn/${model}`,
        cache: hubCacheWith(path.join(models, compressed), `${compressed}-cache`, model),
      };
  const job = {
    plugin: 'zipnn_hf',
    ...place,
    variant: null,
    logits: path.join(models, `${model}.logits.pt`),
  };
  return [{ name: `zipnn_hf() loads ${model}${isSharded ? '' : ' from a cache'}`, job }];
}

/** A cache that holds `.znn` files, restored where it is: then no plugin is needed.
 * @param {string} models @param {string} model @param {Tally} tally @returns {Case} */
function restoredCase(models, model, tally) {
  const cache = hubCacheWith(path.join(models, `${model}-znn`), `${model}-restored-cache`, model);
  const args = ['cache', 'restore', '--model', `znn/${model}`];
  tally.check(args.join(' '), runZnn(models, args, { HF_HUB_CACHE: cache }));
  const logits = path.join(models, `${model}.logits.pt`);
  const job = { plugin: null, model: `znn/${model}`, cache, variant: null, logits };
  return { name: `transformers loads ${model} from a restored cache`, job };
}

/** `.znn.safetensors`, by `zipnn_safetensors()`: shards with the index rewritten and with that of the variant, a single file
 * as the variant.
 * @param {string} models @param {string} model @param {Tally} tally @returns {Case[]} */
function containerCases(models, model, tally) {
  const logits = path.join(models, `${model}.logits.pt`);
  const variants = model.endsWith('sharded') ? [null, 'znn'] : ['znn'];
  return variants.flatMap((variant) => {
    const compressed = `${model}-container-${variant ?? 'plain'}`;
    const flags = variant !== null && model.endsWith('sharded') ? ['--variant'] : [];
    const args = ['compress', '--format', 'safetensors', ...flags, model, '-o', compressed];
    tally.check(args.join(' '), runZnn(models, args));
    const target = path.join(models, compressed);
    const job = { plugin: 'zipnn_safetensors', model: target, cache: null, variant, logits };
    const name = `zipnn_safetensors() loads ${model}${variant === null ? '' : `, variant ${variant}`}`;
    return [{ name, job }, ...openCases(path.join(models, model), target)];
  });
}

/** @param {string} original @param {string} compressed @returns {Case[]} */
function openCases(original, compressed) {
  const names = readdirSync(compressed).filter((name) => name.endsWith('.znn.safetensors'));
  if (names.length === 0) throw new Error(`no .znn.safetensors in ${compressed}`);
  return names.map((name) => ({
    name: `safetensors opens ${path.basename(compressed)}/${name}`,
    job: {
      open: path.join(compressed, name),
      original: path.join(original, name.replace('.znn.safetensors', '.safetensors')),
    },
  }));
}

/** A cache of the Hub beside the folder, with its files as the one snapshot of `znn/model`; blobs hold the contents.
 * @param {string} folder @param {string} cacheName @param {string} model */
function hubCacheWith(folder, cacheName, model) {
  const cache = path.join(path.dirname(folder), cacheName);
  const root = path.join(cache, `models--znn--${model}`);
  const snapshot = path.join(root, 'snapshots', COMMIT);
  for (const each of [snapshot, path.join(root, 'blobs'), path.join(root, 'refs')])
    mkdirSync(each, { recursive: true });
  writeFileSync(path.join(root, 'refs', 'main'), COMMIT);
  for (const name of readdirSync(folder)) {
    const content = readFileSync(path.join(folder, name));
    const blob = createHash('sha256').update(content).digest('hex');
    writeFileSync(path.join(root, 'blobs', blob), content);
    symlinkSync(`../../blobs/${blob}`, path.join(snapshot, name));
  }
  return cache;
}

// Loads compressed models with transformers, through ZipNN's two plugins: what they say must be what the original says.
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
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
    : { model: `znn/${model}`, cache: hubCacheWith(path.join(models, compressed), `znn--${model}`) };
  const job = {
    plugin: 'zipnn_hf',
    ...place,
    variant: null,
    logits: path.join(models, `${model}.logits.pt`),
  };
  return [{ name: `zipnn_hf() loads ${model}${isSharded ? '' : ' from a cache'}`, job }];
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

/** A cache of the Hub beside the folder, with its files as the one snapshot of a repository; blobs hold the contents.
 * @param {string} folder @param {string} repository */
function hubCacheWith(folder, repository) {
  const cache = `${folder}-cache`;
  const root = path.join(cache, `models--${repository}`);
  const snapshot = path.join(root, 'snapshots', COMMIT);
  for (const each of [snapshot, path.join(root, 'blobs'), path.join(root, 'refs')])
    mkdirSync(each, { recursive: true });
  writeFileSync(path.join(root, 'refs', 'main'), COMMIT);
  for (const [index, name] of readdirSync(folder).entries()) {
    const blob = String(index).padStart(64, '0');
    cpSync(path.join(folder, name), path.join(root, 'blobs', blob));
    symlinkSync(`../../blobs/${blob}`, path.join(snapshot, name));
  }
  return cache;
}

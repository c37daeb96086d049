// `.znn.safetensors`, both ways: ZipNN's reader on what znn wrote, znn on what ZipNN's script writes.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readAnswers } from './answers.js';
import { difference } from './checks.js';
import { runZnn } from './cli.js';

/** @typedef {import('./checks.js').Python} Python */
/** @typedef {import('./tally.js').Tally} Tally */
/** @typedef {{ original: string, packed: string }} Job */

/** @param {string} folder with `originals/`, where the mixed files are @param {Python} python @param {Tally} tally */
export function checkContainers(folder, python, tally) {
  const originals = path.join(folder, 'originals');
  const names = readdirSync(originals).filter((name) => name.endsWith('.safetensors'));
  if (names.length === 0) throw new Error('there are no safetensors files to pack');
  checkOurs(folder, names, python, tally);
  checkStock(folder, names, python, tally);
}

/** @param {string} folder @param {readonly string[]} names @param {Python} python @param {Tally} tally */
function checkOurs(folder, names, python, tally) {
  const paths = names.map((name) => `originals/${name}`);
  const packed = (/** @type {string} */ name) => path.join(folder, 'packed', containerName(name));
  const flags = ['--format', 'safetensors', '-T', '2', '-o', 'packed/'];
  tally.check('compress --format safetensors', runZnn(folder, ['compress', ...flags, ...paths]));
  const jobs = names.map((name) => ({
    original: path.join(folder, 'originals', name),
    packed: packed(name),
  }));
  answer('compare', folder, jobs, python).forEach(({ error }, i) => {
    tally.check(`zipnn reads our ${containerName(names[i] ?? '')}`, error);
  });
  const restore = ['decompress', '-o', 'packed-restored/', ...names.map(packed)];
  tally.check('decompress .znn.safetensors', runZnn(folder, restore));
  for (const [i, { original }] of jobs.entries()) {
    const restored = path.join(folder, 'packed-restored', names[i] ?? '');
    tally.check(`znn on ${containerName(names[i] ?? '')}`, difference(restored, original));
  }
}

/** Restored, tensors must be equal; bytes need not be.
 * @param {string} folder @param {readonly string[]} names @param {Python} python @param {Tally} tally */
function checkStock(folder, names, python, tally) {
  mkdirSync(path.join(folder, 'stock-packed'));
  const jobs = names.map((name) => ({
    original: path.join(folder, 'originals', name),
    packed: path.join(folder, 'stock-packed', containerName(name)),
  }));
  answer('pack', folder, jobs, python).forEach(({ error }, i) => {
    tally.check(`ZipNN packs ${names[i]}`, error);
  });
  const restore = ['decompress', '-o', 'stock-restored-tensors/', ...jobs.map(({ packed }) => packed)];
  tally.check("decompress ZipNN's .znn.safetensors", runZnn(folder, restore));
  const restored = jobs.map(({ original }, i) => ({
    original,
    packed: path.join(folder, 'stock-restored-tensors', names[i] ?? ''),
  }));
  answer('compare', folder, restored, python).forEach(({ error }, i) => {
    tally.check(`znn on ZipNN's ${containerName(names[i] ?? '')}`, error);
  });
}

/** @param {string} name */
const containerName = (name) => name.replace(/\.safetensors$/, '.znn.safetensors');

/** @param {'pack' | 'compare'} task @param {string} folder @param {readonly Job[]} jobs @param {Python} python
 * @returns {{ error?: string }[]} */
function answer(task, folder, jobs, python) {
  const jobsPath = path.join(folder, 'container-jobs.json');
  writeFileSync(jobsPath, JSON.stringify(jobs));
  return readAnswers(python.run('containers.py', [task, jobsPath]), jobs.length);
}

// Delta files, both ways: stock zipnn on those of znn, znn on those of stock zipnn, each with the same base.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readAnswers } from './answers.js';
import { difference } from './checks.js';
import { runZnn } from './cli.js';

const KINDS = ['bf16', 'f16', 'f32'];

/** @param {string} folder @param {import('./checks.js').Python} python @param {import('./tally.js').Tally} tally */
export function checkDelta(folder, python, tally) {
  const files = path.join(folder, 'delta');
  mkdirSync(files);
  readAnswers(python.run('delta.py', ['make', files]), KINDS.length).forEach(({ error }, i) => {
    tally.check(`zipnn makes delta files of ${KINDS[i]}`, error);
  });
  const jobs = KINDS.map((kind) => {
    const [base, tuned, encoded] = [
      `base-${kind}.safetensors`,
      `tuned-${kind}.safetensors`,
      `ours-${kind}.znn`,
    ];
    const problem = runZnn(files, ['compress', '--base', base, tuned, '-o', encoded]);
    tally.check(`compress --base, ${kind}`, problem);
    for (const name of [encoded, `stock-0-${kind}.znn`, `stock-1-${kind}.znn`]) {
      const restored = path.join(files, `${name}.restored`);
      tally.check(
        `znn d --base ${name}`,
        runZnn(files, ['decompress', '--base', base, name, '-o', restored]),
      );
      tally.check(`znn on ${name}`, difference(restored, path.join(files, tuned)));
    }
    return { encoded, base, original: tuned };
  });
  const jobsPath = path.join(files, 'jobs.json');
  const absolute = jobs.map((job) =>
    Object.fromEntries(Object.entries(job).map(([key, name]) => [key, path.join(files, name)])),
  );
  writeFileSync(jobsPath, JSON.stringify(absolute));
  readAnswers(python.run('delta.py', ['restore', jobsPath]), jobs.length).forEach(({ error }, i) => {
    tally.check(`zipnn on our delta file of ${KINDS[i]}`, error);
  });
}

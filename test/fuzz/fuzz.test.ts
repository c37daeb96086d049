// A short run of every fuzz target. `npm run fuzz -- --seconds N` runs the same for longer. There is no coverage feedback:
// the one maintained tool for it (Jazzer.js 4) compiles itself with cmake, and this project installs without a compiler.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { randomSource } from '../support/distributions.js';
import { mutate } from './mutate.js';
import type { FuzzTarget } from './target.js';
import { TARGETS } from './targets.js';

const SECONDS = Number(process.env.ZNN_FUZZ_SECONDS ?? 0.7);
const SEED = Number(process.env.ZNN_FUZZ_SEED ?? 1);
const REPORT_PATH = process.env.ZNN_FUZZ_REPORT;
/** No input is above a few KiB, so nothing that it may cause takes longer. */
const INPUT_MS_MAX = 2000;
const MEMORY_BYTES_MAX = 1 << 30;
/** A good input goes through after so many bad ones. */
const GOOD_EVERY = 50;
const YIELD_EVERY = 200;

const regressions = path.join(path.dirname(fileURLToPath(import.meta.url)), 'regressions');

describe.each(TARGETS.map((target) => [target.name, target] as const))('%s', (_, target) => {
  test('what was found before', () => {
    const folder = path.join(regressions, target.name);
    target.corpus();
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      target.run(Uint8Array.from(readFileSync(path.join(folder, name))));
    }
  });

  test('mutated good inputs', { timeout: SECONDS * 1000 + 60_000 }, async () => {
    const report = await fuzz(target, SECONDS, SEED);
    if (REPORT_PATH) writeFileSync(REPORT_PATH, `${JSON.stringify(report)}\n`, { flag: 'a' });
    expect(report.executions).toBeGreaterThan(20);
    // Mutations that never pass, or always, would test little.
    expect(report.accepted).toBeGreaterThan(0);
    expect(report.refused).toBeGreaterThan(0);
  });
});

/** Runs mutated inputs for `seconds`. @throws an error that names the file with the input that broke a property */
async function fuzz(target: FuzzTarget, seconds: number, seed: number) {
  const random = randomSource(seed);
  const corpus = [...target.corpus()];
  const pick = () => corpus[random() % corpus.length] ?? new Uint8Array(0);
  for (const good of corpus) expect(target.run(good), `${target.name}: a good input`).toBe('accepted');
  const report = {
    target: target.name,
    seed,
    executions: 0,
    accepted: 0,
    refused: 0,
    slowestMs: 0,
    seconds: 0,
  };
  const startMs = performance.now();
  for (let nowMs = startMs; nowMs - startMs < seconds * 1000; ) {
    const input = mutate(pick(), pick(), random);
    report[attempt(target, input)]++;
    report.executions++;
    if (report.executions % GOOD_EVERY === 0) expect(attempt(target, pick())).toBe('accepted');
    const endMs = performance.now();
    report.slowestMs = Math.max(report.slowestMs, endMs - nowMs);
    if (endMs - nowMs > INPUT_MS_MAX) fail(target, input, `took ${endMs - nowMs} ms`);
    nowMs = endMs;
    // What an input left to be done later would pile up.
    if (report.executions % YIELD_EVERY === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  report.seconds = (performance.now() - startMs) / 1000;
  expect(process.memoryUsage().rss).toBeLessThan(MEMORY_BYTES_MAX);
  return report;
}

function attempt(target: FuzzTarget, input: Uint8Array) {
  try {
    return target.run(input);
  } catch (thrown) {
    return fail(target, input, thrown);
  }
}

function fail(target: FuzzTarget, input: Uint8Array, why: unknown): never {
  const folder = path.join(tmpdir(), 'znn-fuzz', target.name);
  mkdirSync(folder, { recursive: true });
  const filePath = path.join(folder, createHash('sha1').update(input).digest('hex').slice(0, 12));
  writeFileSync(filePath, input);
  throw new Error(`${target.name}: ${filePath}: ${why}`, { cause: why });
}

// A short run of every fuzz target. `npm run fuzz -- --seconds N` runs the same for longer.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fuzz } from './engine.js';
import { TARGETS } from './targets/index.js';

const SECONDS = Number(process.env.ZNN_FUZZ_SECONDS ?? 0.7);
const SEED = Number(process.env.ZNN_FUZZ_SEED ?? 1);
const REPORT_PATH = process.env.ZNN_FUZZ_REPORT;

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

test('no file of a finding without its target', () => {
  const names = TARGETS.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(readdirSync(regressions)));
});

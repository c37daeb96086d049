// Runs mutated inputs through a target. There is no coverage feedback (docs/reliability.md says why): what stands for it are
// the refusals. Each check of a parser has a message of its own, so an input that is refused for a new reason, or accepted
// though it was changed, got somewhere new and is mutated further.

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { randomSource } from '../support/distributions.js';
import { mutate } from './mutate.js';
import type { FuzzTarget, Outcome } from './target.js';

/** No input is above a few KiB, so nothing that it may cause takes longer. */
const INPUT_MS_MAX = 2000;
/** A machine under load may be slow once. */
const SLOW_RUNS = 3;
const MEMORY_BYTES_MAX = 1 << 30;
/** A good input goes through after so many bad ones. */
const GOOD_EVERY = 50;
const YIELD_EVERY = 200;
const FRESH_MAX = 32;
const GROWN_MAX = 512;
const GROWN_BYTES_MAX = 1 << 15;
const REASONS_MAX = 5000;

export interface FuzzReport {
  target: string;
  seed: number;
  executions: number;
  accepted: number;
  refused: number;
  /** Different refusals, numbers and quoted words aside. */
  reasons: number;
  slowestMs: number;
  seconds: number;
}

/** Runs mutated inputs for `seconds`. @throws an error that names the file with the input that broke a property */
export async function fuzz(target: FuzzTarget, seconds: number, seed: number): Promise<FuzzReport> {
  const random = randomSource(seed);
  const inputs = new Inputs(target, random);
  for (const good of inputs.corpus) expectAccepted(target, good);
  const report = {
    ...{ target: target.name, seed, executions: 0, accepted: 0, refused: 0, reasons: 0 },
    ...{ slowestMs: 0, seconds: 0 },
  };
  const startMs = performance.now();
  for (let nowMs = startMs; nowMs - startMs < seconds * 1000; ) {
    const input = inputs.next();
    const outcome = attempt(target, input);
    const endMs = performance.now();
    if (endMs - nowMs > INPUT_MS_MAX) expectQuick(target, input);
    report[outcome.verdict]++;
    report.executions++;
    report.slowestMs = Math.max(report.slowestMs, endMs - nowMs);
    inputs.learn(input, outcome);
    if (report.executions % GOOD_EVERY === 0) expectAccepted(target, inputs.good());
    // What an input left to be done later would pile up.
    if (report.executions % YIELD_EVERY === 0) await new Promise((resolve) => setImmediate(resolve));
    nowMs = performance.now();
  }
  report.seconds = (performance.now() - startMs) / 1000;
  report.reasons = inputs.reasons.size;
  // The highest there ever was, so that no input hides behind those after it.
  expect(process.resourceUsage().maxRSS * 1024).toBeLessThan(MEMORY_BYTES_MAX);
  return report;
}

/** Where inputs come from: good ones that are given or made, and those that turned out to be worth more mutations. */
class Inputs {
  readonly corpus: readonly Uint8Array[];
  readonly reasons = new Set<string>();
  private readonly fresh: Uint8Array[] = [];
  private readonly grown: Uint8Array[] = [];

  constructor(
    private readonly target: FuzzTarget,
    private readonly random: () => number,
  ) {
    this.corpus = [...target.corpus()];
  }

  next(): Uint8Array {
    const change = this.target.mutate ?? mutate;
    return change(this.any(), this.any(), this.random);
  }

  /** An input that must be accepted, whatever was run before it. */
  good(): Uint8Array {
    const made = this.target.fresh?.(this.random);
    if (made === undefined) return this.oneOf(this.corpus);
    this.keep(this.fresh, made, FRESH_MAX);
    return this.random() & 1 ? made : this.oneOf(this.corpus);
  }

  learn(input: Uint8Array, { verdict, reason }: Outcome): void {
    if (input.length > GROWN_BYTES_MAX) return;
    const kind = verdict === 'accepted' ? '' : kindOf(reason);
    const isNew = !this.reasons.has(kind) && this.reasons.size < REASONS_MAX;
    if (isNew && kind !== '') this.reasons.add(kind);
    if (isNew || (verdict === 'accepted' && this.random() % 16 === 0))
      this.keep(this.grown, input, GROWN_MAX);
  }

  private any(): Uint8Array {
    const lists = [this.corpus, this.corpus, this.fresh, this.grown];
    const list = lists[this.random() % lists.length] ?? [];
    return this.oneOf(list.length > 0 ? list : this.corpus);
  }

  private oneOf(list: readonly Uint8Array[]): Uint8Array {
    return list[this.random() % list.length] ?? new Uint8Array(0);
  }

  private keep(list: Uint8Array[], input: Uint8Array, max: number): void {
    if (list.length < max) list.push(input);
    else list[this.random() % max] = input;
  }
}

/** The message without what differs from input to input. */
function kindOf(reason: string): string {
  return reason
    .replace(/"(?:[^"\\]|\\.)*"?/g, '"…"')
    .replace(/[0-9a-f]*\d[0-9a-f.]*/g, 'N')
    .slice(0, 80);
}

function expectAccepted(target: FuzzTarget, good: Uint8Array): void {
  const { verdict, reason } = attempt(target, good);
  if (verdict !== 'accepted') fail(target, good, `a good input is refused: ${reason}`);
}

function expectQuick(target: FuzzTarget, input: Uint8Array): void {
  const runsMs = Array.from({ length: SLOW_RUNS }, () => {
    const startMs = performance.now();
    attempt(target, input);
    return performance.now() - startMs;
  });
  if (Math.min(...runsMs) > INPUT_MS_MAX) fail(target, input, `took ${Math.min(...runsMs)} ms`);
}

function attempt(target: FuzzTarget, input: Uint8Array): Outcome {
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

// The calling thread as one of those that work on a job: it has turns for signals and timers, and where files are slow it leaves the
// work to others.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { geometricBytes } from '../support/distributions.js';
import { FAULT_SHIM_URL } from '../support/fault-walk.js';
import { fileTree } from '../support/file-tree.js';

const POOL_URL = new URL('../../dist/pool/pool.js', import.meta.url).href;
const FRAME_COUNT = 12;
/** A frame of known encoding is read in eight pieces. */
const READS_EACH = 8;
const weights = Buffer.concat(Array.from({ length: FRAME_COUNT }, () => geometricBytes(1, 4 << 20, 60, 1.4)));

/** What `body` prints, with `runner`, `compress(name)` and `disarm` at hand. */
function run(body: string, options: object, fault?: object): string {
  const cwd = fileTree({ 'a.bin': weights });
  const program = `
    import { openSync, readFileSync } from 'node:fs';
    import { createJobRunner } from '${POOL_URL}';
    const { disarm } = await import('${FAULT_SHIM_URL}');
    const runner = createJobRunner(${JSON.stringify({ usesCallingThread: true, ...options })});
    const frames = Array.from({ length: ${FRAME_COUNT} }, (_, i) => ({ rawOffset: i << 22, rawBytes: 1 << 22, encoding: 'bytes' }));
    const compress = (name, hooks) => runner.compress(
      { kind: 'compress', sourceFd: openSync('a.bin'), targetFd: openSync(name, 'w+'), frames, hasFrameIndex: false },
      hooks,
    );
    ${body}
    runner.close();`;
  writeFileSync(path.join(cwd, 'program.mjs'), program);
  const env = {
    ...process.env,
    ...(fault && { NODE_OPTIONS: `--import ${FAULT_SHIM_URL}`, ZNN_FAULT: JSON.stringify(fault) }),
  };
  return execFileSync(process.execPath, ['program.mjs'], { cwd, env, encoding: 'utf8', timeout: 50_000 });
}

test('between its steps timers have their turn, also when it works alone', () => {
  const body = `
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await compress('out');
    clearInterval(timer);
    console.log(ticks >= ${FRAME_COUNT / 2});`;
  expect(run(body, { threads: 1 })).toBe('true\n');
});

test('two jobs at a time take turns, and each comes out whole', () => {
  const body = `
    const results = await Promise.all([compress('one'), compress('two')]);
    const [one, two] = ['one', 'two'].map((name, i) => readFileSync(name).subarray(0, results[i].encodedBytes));
    console.log(one.equals(two), one.length > 0);`;
  expect(run(body, { threads: 2 })).toBe('true true\n');
});

describe.each([1, 2])('of %s', (threads) => {
  test('where its reads take long, a worker takes its place', () => {
    const body = `
      const slow = await compress('slow');
      const { hits } = disarm();
      const quick = await compress('quick');
      console.log(hits <= ${READS_EACH}, readFileSync('slow').equals(readFileSync('quick')), quick.encodedBytes === slow.encodedBytes);`;
    const fault = { mode: 'slow', members: ['readSync'], threads: 'main' };
    expect(run(body, { threads }, fault)).toBe('true true true\n');
  });
});

test('where it leaves one job, those that wait for it are done too', () => {
  const body = `
    const results = await Promise.all(['one', 'two', 'three'].map((name) => compress(name)));
    disarm();
    const quick = await compress('quick');
    const whole = readFileSync('quick').subarray(0, quick.encodedBytes);
    console.log(...['one', 'two', 'three'].map((name, i) => readFileSync(name).subarray(0, results[i].encodedBytes).equals(whole)));`;
  const fault = { mode: 'slow', members: ['readSync'], threads: 'main' };
  expect(run(body, { threads: 1 }, fault)).toBe('true true true\n');
});

test('a job that is stopped gives it back', () => {
  const body = `
    const controller = new AbortController();
    const job = compress('out', { signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    console.log(await job.catch(({ name }) => name));
    console.log((await compress('after')).frames.length);`;
  expect(run(body, { threads: 1 })).toBe(`AbortError\n${FRAME_COUNT}\n`);
});

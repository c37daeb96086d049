// A worker that throws null, traps, exits, runs out of memory or never answers: the file fails with a line that says so,
// nothing hangs, and nothing is left.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { geometricBytes } from '../support/distributions.js';
import { FAULT_SHIM_URL } from '../support/fault-walk.js';
import { fileTree } from '../support/file-tree.js';
import { filesIn } from '../support/same-files.js';
import { endOf, linesOf, runZnn, startZnn } from '../support/znn-process.js';

// Big enough for a worker to have its part of it, though the calling thread begins before it; b.bin is done by the calling thread.
const piece = geometricBytes(1, 12 << 20, 60, 1.4);
const weights = Buffer.concat(Array.from({ length: 8 }, () => piece));
const folder = () => fileTree({ 'a.bin': weights, 'b.bin': 'small' });
const POOL_URL = new URL('../../dist/pool/pool.js', import.meta.url).href;

function faultIn(mode: string, nodeOptions = ''): Record<string, string> {
  const fault = { mode, members: ['readSync'], from: 2, threads: 'workers' };
  return { NODE_OPTIONS: `--import ${FAULT_SHIM_URL} ${nodeOptions}`, ZNN_FAULT: JSON.stringify(fault) };
}

describe.each(['compress', 'decompress'] as const)('%s --rm: a worker that', (verb) => {
  test.each([
    ['throws null', 'throw-null', /a worker threw null, which is not an error$/],
    ['traps', 'trap', /: unreachable$/],
    ['exits', 'exit', /: worker: exited with code 7 in mid-work$/],
    ['runs out of memory', 'out-of-memory', /memory limit.*\(ERR_WORKER_OUT_OF_MEMORY\)$/],
  ])('%s', async (_, mode, reason) => {
    const cwd = folder();
    if (verb === 'decompress') await runZnn(['compress', '--rm', 'a.bin', 'b.bin'], { cwd });
    const before = filesIn(cwd);
    const names = before.map((name) => path.basename(name));
    const env = faultIn(mode, mode === 'out-of-memory' ? '--max-old-space-size=64' : '');
    const run = await runZnn([verb, '--rm', '-T2', ...names], { cwd, env });
    expect(run.exitCode).toBe(1);
    expect(run.seconds).toBeLessThan(15);
    const [line = '', ...more] = linesOf(run.stderr);
    expect(more).toEqual([]);
    expect(line).toMatch(/^znn: a\.bin(\.znn)?: /);
    expect(line).toMatch(reason);
    // The other file was done and its source removed, since each file named on the command line stands alone.
    const done = verb === 'compress' ? ['a.bin', 'b.bin.znn'] : ['a.bin.znn', 'b.bin'];
    expect(filesIn(cwd)).toEqual(done);
    expect((await runZnn([verb, '--rm', ...names.slice(0, 1)], { cwd })).exitCode).toBe(0);
    if (verb === 'decompress') expect(readFileSync(path.join(cwd, 'a.bin')).equals(weights)).toBe(true);
  });
});

test('that never answers does not keep Ctrl-C waiting', async () => {
  const cwd = folder();
  const child = startZnn(['compress', '--rm', '-T2', 'a.bin'], { cwd, env: faultIn('hang') });
  const end = endOf(child);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const startMs = performance.now();
  child.kill('SIGINT');
  expect(await end).toMatchObject({
    exitCode: 130,
    stderr: 'znn: stopped; unfinished outputs were removed\n',
  });
  expect(performance.now() - startMs).toBeLessThan(1000);
  expect(filesIn(cwd)).toEqual(['a.bin', 'b.bin']);
});

// The command waits ten minutes, which a test cannot; the pool takes the time as an option.
test('that never answers fails the job in the end', () => {
  const cwd = folder();
  const program = `
    import { openSync } from 'node:fs';
    import { createJobRunner } from '${POOL_URL}';
    const runner = createJobRunner({ threads: 2, stallMs: 500 });
    const frames = [0, 1, 2].map((i) => ({ rawOffset: i << 22, rawBytes: 1 << 22, encoding: 'bytes' }));
    const job = { kind: 'compress', sourceFd: openSync('a.bin'), targetFd: openSync('out', 'w'), frames, hasFrameIndex: false };
    try { await runner.compress(job); } catch (error) { console.log(error.code + ': ' + error.message); }
    await runner.close();`;
  writeFileSync(path.join(cwd, 'stall.mjs'), program);
  const output = execFileSync(process.execPath, ['stall.mjs'], {
    cwd,
    env: { ...process.env, ...faultIn('hang') },
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(output).toBe('io: worker: nothing was finished for 0.5 s\n');
});

// Its workers take its frames only when they are done with the first job's, which is slow and no stall.
test('a job that waits for another is not taken for one that hangs', () => {
  const cwd = folder();
  const program = `
    import { openSync } from 'node:fs';
    import { createJobRunner } from '${POOL_URL}';
    const runner = createJobRunner({ threads: 1, stallMs: 2000 });
    const frames = Array.from({ length: 40 }, (_, i) => ({ rawOffset: (i % 10) << 20, rawBytes: 1 << 20, encoding: 'bytes' }));
    const job = () => ({ kind: 'compress', sourceFd: openSync('a.bin'), targetFd: openSync('out', 'w'), frames, hasFrameIndex: false });
    const results = await Promise.all([runner.compress(job()), runner.compress(job())]);
    console.log(results.length);
    await runner.close();`;
  writeFileSync(path.join(cwd, 'wait.mjs'), program);
  const fault = { mode: 'slow', members: ['readSync', 'writevSync'], threads: 'workers' };
  const env = {
    ...process.env,
    NODE_OPTIONS: `--import ${FAULT_SHIM_URL}`,
    ZNN_FAULT: JSON.stringify(fault),
  };
  expect(execFileSync(process.execPath, ['wait.mjs'], { cwd, env, encoding: 'utf8', timeout: 50_000 })).toBe(
    '2\n',
  );
});

test('that cannot start, for want of address space, says what to do', async () => {
  const cwd = folder();
  const znn = fileURLToPath(new URL('../../bin/znn.cjs', import.meta.url));
  const limited = (limitKib: number, nodeOption = '') =>
    `ulimit -v ${limitKib} && exec '${process.execPath}' ${nodeOption} '${znn}' compress -T2 a.bin b.bin`;
  const run = await endOf(startZnn([], { cwd, shell: limited(8_000_000) }));
  expect(run.exitCode).toBe(1);
  expect(linesOf(run.stderr)).toEqual(
    ['a.bin', 'b.bin'].map((name) =>
      expect.stringMatching(
        new RegExp(`^znn: ${name}: kernels: no address space .*--disable-wasm-trap-handler\`$`),
      ),
    ),
  );
  expect(filesIn(cwd)).toEqual(['a.bin', 'b.bin']);
  const advised = await endOf(
    startZnn([], { cwd, shell: limited(8_000_000, '--disable-wasm-trap-handler') }),
  );
  expect(advised).toMatchObject({ exitCode: 0, stderr: '' });
});

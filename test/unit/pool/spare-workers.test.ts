import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.js';

const distUrl = (module: string) => new URL(`../../../dist/pool/${module}`, import.meta.url).href;

function run(program: string): string {
  const cwd = temporaryFolder();
  writeFileSync(path.join(cwd, 'program.mjs'), program);
  return execFileSync(process.execPath, ['program.mjs'], { cwd, encoding: 'utf8', timeout: 20_000 });
}

test('workers that nobody takes keep no process from ending', () => {
  const program = `
    import { startWorkersAhead } from '${distUrl('spare-workers.js')}';
    startWorkersAhead(2);
    console.log('end');`;
  expect(run(program)).toBe('end\n');
});

test('a spare worker is taken once, and a new one started when there are no more', () => {
  const program = `
    import { startWorkersAhead, takeWorkers } from '${distUrl('spare-workers.js')}';
    startWorkersAhead(2);
    const taken = takeWorkers(3);
    console.log(new Set(taken).size, taken.every(({ isAlive }) => isAlive));
    await Promise.all(taken.map((worker) => worker.terminate()));`;
  expect(run(program)).toBe('3 true\n');
});

test('one that has died meanwhile is not taken', () => {
  const program = `
    import { startWorkersAhead, takeWorkers } from '${distUrl('spare-workers.js')}';
    startWorkersAhead(1);
    const [dead] = takeWorkers(1);
    await dead.terminate();
    const [worker] = takeWorkers(1);
    console.log(dead.isAlive, worker.isAlive);
    await worker.terminate();`;
  expect(run(program)).toBe('false true\n');
});

test('flags change when workers are taken and none is starting, and not before: a start under changed flags takes longer', () => {
  const program = `
    import v8 from 'node:v8';
    import { syncBuiltinESMExports } from 'node:module';
    const flags = [];
    v8.setFlagsFromString = (flag) => flags.push(flag);
    syncBuiltinESMExports();
    const { addFlag, startWorkersAhead, takeWorkers } = await import('${distUrl('spare-workers.js')}');
    const timers = await import('node:timers/promises');
    addFlag('--one-more');
    startWorkersAhead(1);
    await timers.setTimeout(500);
    console.log(flags.length);
    const workers = takeWorkers(2);
    console.log(flags.length);
    while (flags.length === 0) await timers.setTimeout(5);
    console.log(flags.join(' '));
    await Promise.all(workers.map((worker) => worker.terminate()));`;
  expect(run(program)).toBe('0\n0\n--no-liftoff --one-more\n');
});

test('a job on workers that were started ahead', () => {
  const program = `
    import { openSync, writeFileSync } from 'node:fs';
    import { createJobRunner } from '${distUrl('pool.js')}';
    import { startWorkersAhead } from '${distUrl('spare-workers.js')}';
    startWorkersAhead(2);
    writeFileSync('source', new Uint8Array(12 << 20));
    const frames = [0, 1, 2].map((i) => ({ rawOffset: i << 22, rawBytes: 1 << 22, encoding: 'bf16' }));
    const runner = createJobRunner({ threads: 2 });
    const [sourceFd, targetFd] = [openSync('source'), openSync('target', 'w+')];
    const { frames: encoded } = await runner.compress({ kind: 'compress', sourceFd, targetFd, frames, hasFrameIndex: false });
    console.log(encoded.length);
    await runner.close();`;
  expect(run(program)).toBe('3\n');
});

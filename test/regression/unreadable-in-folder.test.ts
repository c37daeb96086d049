// What a folder run cannot look at must fail the run, not drop out of it. Found by test/faults/every-call.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { system } from '../../src/io/system.js';
import { fileTree } from '../support/file-tree.js';
import { run, statusesOf } from '../support/run-verb.js';

const real = { ...system };
afterEach(() => {
  Object.assign(system, real);
});

/** Makes call number `failing` of `member` that is about a file of that name fail. */
function failAbout(member: 'statSync' | 'lstatSync' | 'readdirSync', fileName: string, failing = 1): void {
  let calls = 0;
  system[member] = ((anyPath: string, ...rest: unknown[]) => {
    if (path.basename(anyPath) === fileName) calls++;
    if (path.basename(anyPath) === fileName && calls === failing) {
      throw Object.assign(new Error('injected'), { code: 'EIO', syscall: member.replace('Sync', '') });
    }
    return (real[member] as (...args: unknown[]) => unknown)(anyPath, ...rest);
  }) as never;
}

const INDEX = 'model.safetensors.index.json';
const model = () => fileTree({ 'a.safetensors': 'aaaa', [INDEX]: '{"weight_map":{"t":"a.safetensors"}}' });

test.each([1, 2])('--rm: an index whose stat fails (call %i) keeps all sources', async (failing) => {
  const root = model();
  failAbout('statSync', INDEX, failing);
  const results = await run('compress', root, { removeSources: true });
  expect(statusesOf(results)).toContain(`failed ${INDEX} (io: stat: input/output error (EIO))`);
  expect(readdirSync(root)).toContain('a.safetensors');
});

test('a folder that can be read only once is read only once', async () => {
  const root = fileTree({ 'sub/b.bin': 'bbbb' });
  failAbout('readdirSync', 'sub', 2);
  const outputPath = path.join(fileTree({}), 'out');
  expect(statusesOf(await run('compress', root, { outputPath }))).toEqual(['done b.bin']);
  expect(readdirSync(path.join(outputPath, 'sub'))).toEqual(['b.bin.znn']);
});

test.each(['statSync', 'lstatSync'] as const)(
  'a folder whose %s fails is named in the error',
  async (member) => {
    const root = fileTree({ 'a.bin': 'aaaa', 'sub/b.bin': 'bbbb' });
    failAbout(member, 'sub');
    const results = await run('compress', root);
    expect(results.map(({ status, error }) => [status, error?.where.file])).toEqual([
      ['done', undefined],
      ['failed', path.join(root, 'sub')],
    ]);
  },
);

test('a write that fails names the output, not the source', async () => {
  const root = fileTree({ 'a.bin': new Uint8Array(1000) });
  system.writevSync = () => {
    throw Object.assign(new Error('injected'), { code: 'ENOSPC', syscall: 'writev' });
  };
  const [result] = await run('compress', path.join(root, 'a.bin'));
  expect(result?.error?.where.file).toBe(path.join(root, 'a.bin.znn'));
});

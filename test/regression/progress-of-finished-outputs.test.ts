// `compress --rm` over outputs that were there already compared them once, and showed that as the second half of the work: the bar
// began at 50 %.

import path from 'node:path';
import { expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { type RunSettings, run } from '../support/run-verb.js';

/** What a run tells of its progress: bytes done, of how many. */
async function progressOf(verb: 'compress' | 'decompress', paths: string, settings: RunSettings) {
  const told: { done: number; total: number }[] = [];
  const onProgress = (_task: unknown, done: number, total: number) => void told.push({ done, total });
  const [result] = await run(verb, paths, { ...settings, observer: { onProgress } });
  return { told, status: result?.status, originalBytes: result?.originalBytes ?? 0 };
}

test.each<['compress' | 'decompress', string, RunSettings]>([
  ['compress', 'a.safetensors', {}],
  ['compress', 'a.safetensors', { format: 'safetensors' }],
  ['compress', 'b.safetensors', { basePath: 'a.safetensors' }],
  ['decompress', 'a.safetensors.znn', {}],
])('%s --rm of %s, which is up to date, %j: one pass from 0 to the end', async (verb, name, given) => {
  const cwd = fileTree({
    'a.safetensors': safetensorsFile(1, 100_000),
    'b.safetensors': safetensorsFile(1, 100_000),
  });
  const { basePath } = given;
  const settings = { ...given, ...(basePath !== undefined && { basePath: path.join(cwd, basePath) }) };
  await run('compress', path.join(cwd, name.replace('.znn', '')), settings);
  const { told, status, originalBytes } = await progressOf(verb, path.join(cwd, name), {
    ...settings,
    removeSources: true,
  });
  expect(status).toBe('up-to-date');
  expect(told.length).toBeGreaterThan(0);
  expect(new Set(told.map(({ total }) => total))).toEqual(new Set([originalBytes]));
});

test.each(['znn', 'safetensors'] as const)(
  'compress --rm --format %s of a new file: two passes, and the bar never goes back',
  async (format) => {
    const cwd = fileTree({ 'a.safetensors': safetensorsFile(1, 100_000) });
    const settings = { format, removeSources: true };
    const { told, status, originalBytes } = await progressOf(
      'compress',
      path.join(cwd, 'a.safetensors'),
      settings,
    );
    expect(status).toBe('done');
    const done = told.map((each) => each.done);
    expect(done).toEqual(done.toSorted((one, other) => one - other));
    expect(done[0]).toBeLessThanOrEqual(originalBytes);
    expect(new Set(told.map(({ total }) => total))).toEqual(new Set([2 * originalBytes]));
  },
);

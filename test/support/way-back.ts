import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { run, statusesOf } from './run-verb.js';
import { filesIn } from './same-files.js';

/** Relative path → content. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Asserts that what a command made of a model leads back: every `.znn` in `folder` verifies, and decompressing leaves the
 * files of `original`, and no others. It takes the `.znn` files away. */
export async function expectWayBack(folder: string, original: Files): Promise<void> {
  const compressed = filesIn(folder).filter((name) => name.endsWith('.znn'));
  const verified = compressed.length === 0 ? [] : await run('verify', folder);
  expect(statusesOf(verified).sort()).toEqual(compressed.map((name) => `done ${path.basename(name)}`).sort());
  await run('decompress', folder, { removeSources: true });
  expect(filesIn(folder)).toEqual(Object.keys(original).sort());
  for (const [name, content] of Object.entries(original)) {
    expect(readFileSync(path.join(folder, name)), name).toEqual(Buffer.from(content as string));
  }
}

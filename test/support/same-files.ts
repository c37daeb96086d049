import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';

/** Relative paths of all files below a folder, sorted. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .sort();
}

/** Fails unless both folders hold the same files with the same bytes. */
export function expectSameFiles(actualFolder: string, expectedFolder: string): void {
  expect(filesIn(actualFolder)).toEqual(filesIn(expectedFolder));
  for (const name of filesIn(expectedFolder)) {
    const [actual, expected] = [actualFolder, expectedFolder].map((folder) =>
      readFileSync(path.join(folder, name)),
    );
    // Not toEqual: on a difference it would print megabytes.
    expect(actual?.equals(expected as Buffer), `${name} is the same`).toBe(true);
  }
}

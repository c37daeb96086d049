import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** A new empty folder, its path free of links, removed when the current test ends. */
export function temporaryFolder(): string {
  const folder = newFolder();
  onTestFinished(() => remove(folder));
  return folder;
}

/** As `temporaryFolder`, for all tests of a file: removed after the last one. */
export function sharedTemporaryFolder(): string {
  const folder = newFolder();
  afterAll(() => remove(folder));
  return folder;
}

const newFolder = () => realpathSync(mkdtempSync(path.join(tmpdir(), 'znn-test-')));
const remove = (folder: string) => rmSync(folder, { recursive: true, force: true });

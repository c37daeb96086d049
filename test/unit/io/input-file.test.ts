import { spawnSync } from 'node:child_process';
import { appendFileSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fileSource } from '../../../src/io/file-source.js';
import { assertUnchanged, closeInput, type InputFile, openInput } from '../../../src/io/input-file.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

function opened(content: string): InputFile {
  const file = path.join(temporaryFolder(), 'file');
  writeFileSync(file, content);
  const input = openInput(file);
  onTestFinished(() => closeInput(input));
  return input;
}

test('reads through a link', () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'file'), 'content');
  symlinkSync('file', path.join(folder, 'link'));
  const input = openInput(path.join(folder, 'link'));
  onTestFinished(() => closeInput(input));
  expect(Buffer.from(fileSource(input).read(3, 4)).toString()).toBe('tent');
});

test('a FIFO is refused at once, not waited for', () => {
  const fifo = path.join(temporaryFolder(), 'fifo');
  spawnSync('mkfifo', [fifo]);
  expect(() => openInput(fifo)).toThrow(expect.objectContaining({ code: 'io', where: { file: fifo } }));
});

test('a folder and a missing file are refused', () => {
  const folder = temporaryFolder();
  expect(() => openInput(folder)).toThrow(/a folder, not a regular file/);
  expect(() => openInput(path.join(folder, 'missing'))).toThrow(/no such file/);
});

test('a range past the end is truncated, before any memory is taken', () => {
  const source = fileSource(opened('content'));
  expect(() => source.read(4, 2 ** 50)).toThrow(expect.objectContaining({ code: 'truncated' }));
});

test('growing, shrinking and rewriting are noticed', () => {
  for (const change of [
    (file: string) => appendFileSync(file, 'x'),
    (file: string) => truncateSync(file, 3),
    (file: string) => utimesSync(file, 5, 5),
  ]) {
    const input = opened('content');
    expect(() => assertUnchanged(input)).not.toThrow();
    change(input.path);
    expect(() => assertUnchanged(input)).toThrow(
      expect.objectContaining({ code: 'io', where: { file: input.path } }),
    );
  }
});

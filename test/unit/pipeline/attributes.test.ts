import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileTree } from '../../support/file-tree.js';
import { safetensorsFile } from '../../support/model-folder.js';
import { run, statusesOf } from '../../support/run-verb.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const LINE = '*.znn filter=lfs diff=lfs merge=lfs -text';
const TEXT = '*.safetensors filter=lfs diff=lfs merge=lfs -text';
const weights = 'abcdefgh'.repeat(500);
const folder = (attributes?: string) =>
  fileTree({ 'a.bin': weights, ...(attributes !== undefined && { '.gitattributes': attributes }) });
const attributesOf = (root: string) => readFileSync(path.join(root, '.gitattributes'), 'utf8');
const failed = (lines: readonly string[]) => lines.filter((line) => line.startsWith('failed'));

describe('.gitattributes of a folder', () => {
  test.each([TEXT, `${TEXT}\r\n`, ''])('out and back with -o: %j', async (text) => {
    const root = folder(text);
    const [small, back] = [path.join(temporaryFolder(), 's'), path.join(temporaryFolder(), 'b')];
    for (const again of ['done', 'up-to-date']) {
      const results = await run('compress', root, { outputPath: small });
      expect(statusesOf(results)).toEqual([`${again} a.bin`, `${again} .gitattributes`]);
    }
    expect(attributesOf(small).split(LINE)).toHaveLength(2);
    expect(failed(statusesOf(await run('decompress', small, { outputPath: back })))).toEqual([]);
    expect(attributesOf(back)).toBe(text);
    expect(attributesOf(root)).toBe(text);
  });

  test('in place: added with the first outputs, gone when the last one is', async () => {
    const root = folder(TEXT);
    await run('compress', root);
    expect(attributesOf(root)).toContain(LINE);
    await run('decompress', root);
    expect(attributesOf(root)).toContain(LINE);
    await run('compress', root, { removeSources: true });
    await run('decompress', root, { removeSources: true, exclude: ['a.*'] });
    expect(attributesOf(root)).toContain(LINE);
    await run('decompress', root, { removeSources: true });
    expect(attributesOf(root)).toBe(TEXT);
  });

  test('is made with --lfs only, and goes when it holds nothing else', async () => {
    const root = folder();
    await run('compress', root, { removeSources: true });
    expect(existsSync(path.join(root, '.gitattributes'))).toBe(false);
    await run('compress', root, { removeSources: true, lfs: true });
    expect(attributesOf(root)).toContain(LINE);
    const back = path.join(temporaryFolder(), 'b');
    expect(failed(statusesOf(await run('decompress', root, { outputPath: back })))).toEqual([]);
    expect(existsSync(path.join(back, '.gitattributes'))).toBe(false);
    await run('decompress', root, { removeSources: true });
    expect(existsSync(path.join(root, '.gitattributes'))).toBe(false);
  });

  test.each([
    ['is tracked', undefined],
    ['is tracked', '*.znn filter=lfs diff=lfs merge=lfs -text\n'],
    ['is tracked already', TEXT],
  ])('.znn.safetensors %s: %j', async (words, text) => {
    const root = fileTree({
      'a.safetensors': safetensorsFile(1, 9000),
      ...(text !== undefined && { '.gitattributes': text }),
    });
    await run('compress', root, { format: 'safetensors', removeSources: true, lfs: true });
    const line = '*.znn.safetensors filter=lfs diff=lfs merge=lfs -text\n';
    expect(attributesOf(root).includes(line)).toBe(words === 'is tracked');
    await run('decompress', root, { removeSources: true });
    if (text === undefined) expect(existsSync(path.join(root, '.gitattributes'))).toBe(false);
    else expect(attributesOf(root)).toBe(text);
  });

  test('keeps its lines in an output folder whose sources are gone, run after run', async () => {
    const root = folder(TEXT);
    const small = path.join(temporaryFolder(), 's');
    for (const status of ['done', 'up-to-date', 'up-to-date']) {
      const results = await run('compress', root, { outputPath: small, removeSources: true });
      expect(statusesOf(results)).toContain(`${status} .gitattributes`);
      expect(attributesOf(small)).toContain(LINE);
    }
    // One that is no longer that of the source is not ours to replace.
    writeFileSync(path.join(root, '.gitattributes'), '*.pt filter=lfs\n');
    expect(failed(statusesOf(await run('compress', root, { outputPath: small })))).toEqual([
      expect.stringContaining('.gitattributes'),
    ]);
  });

  test('of an output folder gets what a second run adds', async () => {
    const root = folder(TEXT);
    const small = path.join(temporaryFolder(), 's');
    await run('compress', root, { outputPath: small });
    writeFileSync(path.join(root, 'b.safetensors'), safetensorsFile(1, 900));
    expect(failed(statusesOf(await run('compress', root, { outputPath: small })))).toEqual([]);
  });

  test('stays as it is where nothing is compressed', async () => {
    const root = fileTree({ 'config.json': '{}', '.gitattributes': TEXT });
    const out = path.join(temporaryFolder(), 'o');
    await run('compress', root, { outputPath: out, lfs: true });
    expect(attributesOf(out)).toBe(TEXT);
  });

  test('waits when a file fails, and is never written through a link', async () => {
    const root = folder(TEXT);
    writeFileSync(path.join(root, 'a.bin.znn'), 'in the way');
    expect(statusesOf(await run('compress', root))[1]).toBe('skipped .gitattributes');
    expect(attributesOf(root)).toBe(TEXT);
    const linked = folder();
    symlinkSync(path.join(root, '.gitattributes'), path.join(linked, '.gitattributes'));
    expect(failed(statusesOf(await run('compress', linked)))[0]).toContain('is a link');
    expect(attributesOf(root)).toBe(TEXT);
  });
});

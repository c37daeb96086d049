// What downloads leave under the names of weights: pages of a login, answers in JSON, archives, half of a file.

import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { describeFile } from '../../src/info/describe.js';
import { utf8 } from '../support/bytes.js';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { entriesIn } from '../support/run-contract.js';
import { plainRunner, run, statusesOf } from '../support/run-verb.js';
import { GGUF, tensorZip } from '../support/weight-formats.js';
import { jsonLines, linesOf, runZnn } from '../support/znn-process.js';

const HTML = '<!DOCTYPE html>\n<html><head><title>Log in</title></head></html>';
const WHOLE = safetensorsFile(1, 4000);
const GET_AGAIN = 'the download failed; get it again';
const UNFINISHED = 'the download was not finished; get it again';
const UNPACK = 'unpack it first, and compress what is in it';

/** Name, content, the note of `compress`; a note on what is damaged may say more before. */
const FILES: readonly (readonly [name: string, content: string | Uint8Array, note: string])[] = [
  ['html.safetensors', HTML, `is an HTML page, not weights: ${GET_AGAIN}`],
  ['hub.bin', 'Entry not found', `is a server's answer (Entry not found), not weights: ${GET_AGAIN}`],
  [
    'api.gguf',
    '{"error":"Gone"}',
    `is a server's answer in JSON ({"error":"Gone"}), not weights: ${GET_AGAIN}`,
  ],
  ['packed.pt', gzipSync(WHOLE), `is gzip-compressed, not weights: ${UNPACK}`],
  ['zip.safetensors', tensorZip(), `is a zip archive, not weights: ${UNPACK}`],
  ['cut.pt', tensorZip().slice(0, -9), `is cut short: the end of the zip archive is missing: ${UNFINISHED}`],
  [
    'cut.gguf',
    GGUF.slice(0, -9),
    `is cut short: ${GGUF.length - 9} bytes are there, its header speaks of ${GGUF.length}: ${UNFINISHED}`,
  ],
  ['zeros.h5', new Uint8Array(9999), `is zero bytes where it should begin: ${UNFINISHED}`],
  ['empty.onnx', '', `is empty: ${GET_AGAIN}`],
];
const notesOf = (stderr: string) => linesOf(stderr).filter((line) => line.startsWith('znn: note: '));

describe('under the name of a weight file', () => {
  test('each is compressed and comes back exactly, with a note that says what it is', async () => {
    const names = FILES.map(([name]) => name);
    const root = fileTree(Object.fromEntries(FILES.map(([name, content]) => [`m/${name}`, content])));
    const there = await runZnn(['compress', 'm', '-o', 's'], { cwd: root });
    expect(there.exitCode).toBe(0);
    expect(notesOf(there.stderr).sort()).toEqual(
      FILES.map(([name, , note]) => `znn: note: m/${name}: ${note}`).sort(),
    );
    const json = jsonLines(await runZnn(['compress', 'm', '-o', 't', '--json'], { cwd: root }));
    for (const [name, , note] of FILES)
      expect(json.find(({ source }) => source === `m/${name}`)).toMatchObject({
        status: 'done',
        notes: [note],
      });
    await run('decompress', path.join(root, 's'), { outputPath: path.join(root, 'r') });
    const after = entriesIn(root);
    for (const name of names) expect(after[`r/${name}`]).toBe(after[`m/${name}`]);
  });

  test('half a safetensors file is one that no reader takes, and is said to be half of one', async () => {
    const root = fileTree({ 'x.safetensors': WHOLE.slice(0, 2000) });
    const [result] = await run('compress', path.join(root, 'x.safetensors'));
    expect(result?.notes).toEqual([
      `not a canonical safetensors file (the tensors end at ${WHOLE.length}, the file at 2000): compressed as plain bytes, restored exactly; it is cut short: 2000 bytes are there, its header speaks of ${WHOLE.length}: ${UNFINISHED}`,
    ]);
    const tensors = await run('compress', path.join(root, 'x.safetensors'), { format: 'safetensors' });
    expect(statusesOf(tensors)[0]).toMatch(
      /^failed x\.safetensors \(unsupported: not a canonical .* it is cut short/,
    );
    writeFileSync(path.join(root, 'x.safetensors'), HTML);
    expect(
      statusesOf(await run('compress', path.join(root, 'x.safetensors'), { format: 'safetensors' })),
    ).toEqual([`failed x.safetensors (unsupported: is an HTML page, not weights: ${GET_AGAIN})`]);
  });

  test('info and check say what each is; what is cut or empty is damage, what is another file is not', async () => {
    const names = FILES.map(([name]) => name);
    const cut = { 'half.safetensors': WHOLE.slice(0, -1) };
    const cwd = fileTree({ ...Object.fromEntries(FILES), ...cut });
    const info = await runZnn(['info', '--json', ...names], { cwd });
    expect(info.exitCode).toBe(0);
    expect(
      jsonLines(info)
        .slice(0, -1)
        .map(({ notes }) => notes),
    ).toEqual(FILES.map(([, , note]) => [note]));
    const found = jsonLines(await runZnn(['check', '--json', ...names, 'half.safetensors'], { cwd }));
    const codes = found.slice(0, -1).map(({ source, findings }) => {
      const { severity, code, errorCode = '' } = (findings as Record<string, string>[])[0] ?? {};
      return [source, severity, code, errorCode].join(' ').trim();
    });
    expect(codes).toEqual([
      'html.safetensors defect not-safetensors',
      'hub.bin defect not-weights',
      'api.gguf defect not-weights',
      'packed.pt defect not-weights',
      'zip.safetensors defect not-safetensors',
      'cut.pt defect damaged truncated',
      'cut.gguf defect damaged truncated',
      'zeros.h5 defect damaged truncated',
      'empty.onnx remark not-weights',
      'half.safetensors defect not-safetensors truncated',
    ]);
    const exitCodes = ['hub.bin', 'cut.pt', 'empty.onnx'].map((name) => runZnn(['check', name], { cwd }));
    expect((await Promise.all(exitCodes)).map(({ exitCode }) => exitCode)).toEqual([1, 3, 0]);
  });
});

describe('under the name of a compressed file', () => {
  const notCompressed: readonly (readonly [content: string | Uint8Array, error: string, exitCode: 1 | 3])[] =
    [
      [HTML, `is an HTML page, not a compressed file: ${GET_AGAIN}`, 1],
      [
        'Invalid username or password.',
        "is a server's answer (Invalid username or password.), not a compressed",
        1,
      ],
      [gzipSync(WHOLE), `is gzip-compressed, not a compressed file: ${UNPACK}`, 1],
      [GGUF, 'is not compressed: it begins as GGUF does; there is nothing to decompress', 1],
      [
        Buffer.from('\x00\x05\x16\x07\x00\x02', 'latin1'),
        'is an AppleDouble sidecar, not a compressed file',
        1,
      ],
      ['', `is empty: ${GET_AGAIN}`, 3],
      [new Uint8Array(9999), `is zero bytes where it should begin: ${UNFINISHED}`, 3],
    ];

  test.each(notCompressed)('%#: each verb says what it is', async (content, error, exitCode) => {
    const cwd = fileTree({ 'x.safetensors.znn': content });
    const file = path.join(cwd, 'x.safetensors.znn');
    const failure = expect.objectContaining({
      ...{ code: exitCode === 3 ? 'truncated' : 'unsupported', message: expect.stringContaining(error) },
    });
    for (const verb of ['decompress', 'verify'] as const)
      expect((await run(verb, file, { removeSources: verb === 'decompress' }))[0]?.error).toEqual(failure);
    expect(() => describeFile(file, plainRunner)).toThrow(failure);
    for (const args of [['check'], ['decompress', '--dry-run', '-v']]) {
      const ended = await runZnn([...args, 'x.safetensors.znn'], { cwd });
      expect([args[0], ended.exitCode]).toEqual([args[0], exitCode]);
      expect(ended.stdout + ended.stderr).toContain(args[0] === 'check' ? error.split(':')[0] : error);
    }
    expect(Object.keys(entriesIn(cwd))).toEqual(['x.safetensors.znn']);
  });

  test('a page under any other name is not compressed, and called what it is', async () => {
    const [result] = await run('verify', path.join(fileTree({ 'x.bin': HTML }), 'x.bin'));
    expect(result?.error).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('an HTML page'),
    });
  });

  test('a .znn.safetensors that is cut short is damage, a page is none', async () => {
    const root = fileTree({ 'x.safetensors': WHOLE, 'y.znn.safetensors': HTML });
    const file = path.join(root, 'x.znn.safetensors');
    await run('compress', path.join(root, 'x.safetensors'), { format: 'safetensors' });
    truncateSync(file, readFileSync(file).length - 5);
    const results = await run('verify', [file, path.join(root, 'y.znn.safetensors')]);
    expect(statusesOf(results)).toEqual([
      expect.stringMatching(/^failed x\.znn\.safetensors \(truncated: is cut short: /),
      expect.stringMatching(/^failed y\.znn\.safetensors \(unsupported: is an HTML page/),
    ]);
  });
});

test.each([HTML, '{"error":"Repository not found"}'])(
  'in the place of an index it is called so: %s',
  async (page) => {
    const files = { 'm/a.safetensors': WHOLE, 'm/model.safetensors.index.json': page };
    const root = fileTree(files);
    const ended = await runZnn(['compress', '--rm', 'm'], { cwd: root });
    expect([ended.exitCode, ended.stderr]).toEqual([
      1,
      expect.stringMatching(/index\.json: is .*, not an index: the download failed/),
    ]);
    expect(Object.keys(entriesIn(root))).toEqual(expect.arrayContaining(Object.keys(files)));
    expect((await runZnn(['check', 'm'], { cwd: root })).exitCode).toBe(1);
  },
);

describe('names in a folder that say what a file is', () => {
  const files = {
    'm/a.safetensors': WHOLE,
    'm/b.safetensors': WHOLE,
    'm/b.safetensors.aria2': utf8('\0\x01'),
    'm/.cache/huggingface/download/c2F.incomplete': 'half',
    'm/.cache/huggingface/download/a.safetensors.lock': '',
    'm/.cache/huggingface/download/a.safetensors.metadata': 'x',
    'm/c.safetensors.part': 'half',
    'm/unet/d.safetensors.tar.gz': gzipSync(WHOLE),
    'm/e.safetensors.znn.zst': 'packed',
    'm/f.gguf.crdownload': 'half',
    'm/notes.tmp': 'small',
    'm/src.zip': 'small',
  };
  const expected = (copied: string) => [
    `m/.cache/huggingface/download/a.safetensors.lock and 1 more are what huggingface_hub notes of a download: ${copied} as they are; no model needs that`,
    `m/.cache/huggingface/download/c2F.incomplete and 2 more are unfinished downloads: ${copied} as they are; finish and run again, or remove`,
    `m/b.safetensors.aria2 says that the file beside it is no finished download: ${copied} as it is; finish the download, or get the model again`,
    `m/e.safetensors.znn.zst and 1 more are archives: ${copied} as they are; unpack first to have weights compressed`,
  ];

  test('get one note a kind, and are copied', async () => {
    const root = fileTree(files);
    const ended = await runZnn(['compress', 'm', '-o', 's'], { cwd: root });
    expect(ended.exitCode).toBe(0);
    expect(notesOf(ended.stderr)).toEqual(expected('copied').map((note) => `znn: note: ${note}`));
    const after = entriesIn(root);
    for (const name of Object.keys(files).filter((each) => !each.endsWith('.safetensors')))
      expect(after[name.replace('m/', 's/')]).toBe(after[name]);
  });

  test('in place they are left, and in JSON they are notes of the run', async () => {
    const root = fileTree(files);
    const ended = await runZnn(['compress', 'm', '--json'], { cwd: root });
    expect(jsonLines(ended).at(-1)?.notes).toEqual(expected('left'));
    expect((await runZnn(['decompress', 'm'], { cwd: root })).stderr).toContain('is no finished download');
  });

  test('a file of another use, a small archive and one that --include names get none', async () => {
    const root = fileTree({
      'm/a.bin': 'x',
      'm/notes.tmp': 'x',
      'm/src.zip': 'x',
      'm/b.gguf.gz': gzipSync(WHOLE),
    });
    const args = ['compress', 'm', '-o', 's', '--include', '*.gz', '--include', '*.bin'];
    expect((await runZnn(args, { cwd: root })).stderr).toBe('');
  });

  test('an archive of any name gets one if it is large', async () => {
    const root = fileTree({ 'm/a.bin': 'x', 'm/model.7z': '' });
    truncateSync(path.join(root, 'm/model.7z'), 2 << 20);
    expect((await runZnn(['compress', 'm', '-o', 's'], { cwd: root })).stderr).toContain(
      'm/model.7z is an archive',
    );
  });
});

import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { foreignError, foreignFileIn, foreignText } from '../../../src/format/foreign/foreign-files.js';
import { weightsIn } from '../../../src/format/foreign/weight-signatures.js';
import { concatBytes, u64Bytes, utf8 } from '../../support/bytes.js';
import { uniformBytes } from '../../support/distributions.js';
import { memorySource } from '../../support/memory-source.js';
import { safetensorsFile } from '../../support/model-folder.js';
import { GGUF, HDF5_FILES, NPY, ONNX, TORCH_LEGACY, tensorZip } from '../../support/weight-formats.js';

const NAME = 'model.safetensors';
const found = (bytes: Uint8Array, name = NAME) => foreignFileIn(memorySource(bytes), name);
const textOf = (bytes: Uint8Array, name = NAME) => {
  const foreign = found(bytes, name);
  return foreign && foreignText(foreign, 'weights');
};
const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
/** `start`, and bytes that say nothing. */
const padded = (start: string | Uint8Array, at = 0) =>
  concatBytes(
    new Uint8Array(at).fill(7),
    typeof start === 'string' ? latin1(start) : start,
    uniformBytes(1, 3000),
  );

describe('an answer of a server', () => {
  test.each([
    ['<!DOCTYPE html>\n<html class="">', 'an HTML page'],
    ['  \r\n<html><body>', 'an HTML page'],
    ['\ufeff<!doctype HTML PUBLIC "-//W3C//DTD">', 'an HTML page'],
    ['<!-- saved from url -->\n<!-- x --><html>', 'an HTML page'],
    ['<head><title>302 Found</title></head>', 'an HTML page'],
    [
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
      'an XML document (Access Denied)',
    ],
    ['<Error><Code>ExpiredToken</Code></Error>', 'an XML document'],
    ['Entry not found', "a server's answer (Entry not found)"],
    ['Invalid username or password.', "a server's answer (Invalid username or password.)"],
    [
      'Temporary Redirect. Redirecting to https://cdn-lfs.huggingface.co/repos/x',
      "a server's answer (Temporary Redirect. Redirecting to https://cdn-lfs.huggingface.co/repos/x)",
    ],
    ['404: Not Found', "a server's answer (404: Not Found)"],
    ['error code: 1015', "a server's answer (error code: 1015)"],
    [
      'Access to model org/name is restricted and you are not in the authorized list. Visit https://huggingface.co/org/name',
      "a server's answer (Access to model org/name is restricted and you are not in the authorized list. V…)",
    ],
    ['{"error":"Repository not found"}', 'a server\'s answer in JSON ({"error":"Repository not found"})'],
    [
      '{\n  "message": "Not Found",\n  "x": 1}',
      'a server\'s answer in JSON ({ "message": "Not Found", "x": 1})',
    ],
  ])('%j is %s', (text, what) => {
    expect(textOf(utf8(text))).toBe(`is ${what}, not weights: the download failed; get it again`);
    expect(found(utf8(text), 'model.safetensors.znn')?.what).toBe(what);
  });

  test('in another encoding is one too', () => {
    const text = '<html><title>Nicht gefunden</title>';
    expect(found(concatBytes(latin1('\xff\xfe'), Uint8Array.from(Buffer.from(text, 'utf16le'))))?.what).toBe(
      'an HTML page',
    );
    expect(found(latin1('<html><title>\xfcber</title>'))?.what).toBe('an HTML page');
  });

  test.each(['index.html', 'config.json', 'a.XML', 'notes.txt'])(
    'under the name %s is what it says',
    (name) => {
      expect(found(utf8('<html>{"error": 1} not found'), name)).toBeUndefined();
    },
  );
});

describe('an archive or what else a signature tells', () => {
  test.each([
    ['gzip-compressed', padded('\x1f\x8b\x08\x00'), 'x.safetensors.gz'],
    ['zstd-compressed', padded('\x28\xb5\x2f\xfd'), 'x.gguf.zst'],
    ['xz-compressed', padded('\xfd7zXZ\x00'), 'x.xz'],
    ['bzip2-compressed', padded('BZh91AY&SY'), 'x.bz2'],
    ['lz4-compressed', padded('\x04\x22\x4d\x18'), 'x.lz4'],
    ['lzip-compressed', padded('LZIP\x01'), 'x.tar.lz'],
    ['a 7z archive', padded('7z\xbc\xaf\x27\x1c'), 'x.7z'],
    ['a RAR archive', padded('Rar!\x1a\x07\x01\x00'), 'x.rar'],
    ['a tar archive', padded('ustar\x0000', 257), 'x.nemo'],
    ['a zip archive', zipSync({ 'x.bin': uniformBytes(2, 99) }), 'x.pt'],
    ['an empty zip archive', zipSync({}), 'x.zip'],
  ])('%s', (what, bytes, rightName) => {
    expect(textOf(bytes)).toBe(`is ${what}, not weights: unpack it first, and compress what is in it`);
    expect(found(bytes, rightName)).toBeUndefined();
  });

  test('an AppleDouble sidecar, and one that git-crypt has locked, whatever their names', () => {
    expect(textOf(padded('\x00\x05\x16\x07'), '._x.bin')).toMatch(
      /^is an AppleDouble sidecar, not weights: macOS/,
    );
    expect(textOf(padded('\x00GITCRYPT\x00'), 'x.pt')).toMatch(/encrypted by git-crypt.*git-crypt unlock/);
  });

  test('the text of a link', () => {
    const text = `../../blobs/${'5f'.repeat(32)}`;
    expect(textOf(utf8(text), 'x.bin')).toMatch(/^is the text of a link, not weights: /);
    expect(found(utf8('../x.safetensors'), 'x.bin')).toBeUndefined();
  });
});

describe('an unfinished file', () => {
  test('of no bytes is empty', () => {
    expect(textOf(new Uint8Array(0))).toBe('is empty: the download failed; get it again');
  });

  test.each(['x.safetensors', 'x.gguf', 'x.h5', 'pytorch_model.bin', 'x.safetensors.znn', 'x.onnx'])(
    'whose space was only reserved: %s',
    (name) => {
      expect(textOf(new Uint8Array(5000), name)).toMatch(/^is zero bytes where it should begin: /);
      expect(found(concatBytes(new Uint8Array(8), uniformBytes(1, 500)), name)).toBeUndefined();
    },
  );

  test('of bare numbers may begin with zeros', () => {
    for (const name of ['x.bin', 'x.onnx_data', 'variables.data-00000-of-00001'])
      expect(found(new Uint8Array(5000), name)).toBeUndefined();
  });

  const whole: readonly (readonly [name: string, bytes: Uint8Array, headerBytes: number])[] = [
    ['x.safetensors', safetensorsFile(1, 3000), 100],
    ['x.gguf', GGUF, 150],
    ...HDF5_FILES.map((bytes, i) => [`${i}.h5`, bytes, 60] as const),
    ['x.npy', NPY, 20],
    ['x.onnx', ONNX, 16],
    ['x.pt', tensorZip(), 200],
    ['x.npz', zipSync({ 'a.npy': NPY }, { level: 0 }), 100],
  ];
  test.each(whole)(
    '%s: whole it is in order, and cut anywhere behind its start it is cut short',
    (name, bytes, start) => {
      expect(found(bytes, name)).toBeUndefined();
      for (let end = start; end < bytes.length; end += 7)
        expect(textOf(bytes.slice(0, end), name)).toMatch(/^is cut short: /);
      expect(textOf(bytes.slice(0, -1), name)).toMatch(
        /^is cut short: .*: the download was not finished; get it again$/,
      );
    },
  );

  test('says how long it should be', () => {
    const bytes = safetensorsFile(1, 3000);
    expect(textOf(bytes.slice(0, 1000))).toContain(
      `1000 bytes are there, its header speaks of ${bytes.length}`,
    );
    expect(textOf(bytes.slice(0, 50))).toContain('it ends in its header');
  });

  test('a zip archive with a long comment, or in a name that may hold several, is whole', () => {
    const archive = zipSync({ 'data.pkl': uniformBytes(1, 100) });
    const commented = concatBytes(archive, new Uint8Array(60_000).fill(32));
    expect(found(commented, 'x.pt')).toBeUndefined();
    expect(found(archive.slice(0, -30), '__0_0.distcp')).toBeUndefined();
    expect(found(concatBytes(archive.slice(0, -30), new Uint8Array(100_000)), 'x.pt')?.what).toMatch(
      /cut short/,
    );
  });
});

test('damage is one error, another file another', () => {
  const codeOf = (bytes: Uint8Array) => {
    const foreign = found(bytes);
    return foreign && foreignError(foreign, 'weights').code;
  };
  expect([
    codeOf(new Uint8Array(0)),
    codeOf(utf8('<html>')),
    codeOf(safetensorsFile(1, 99).slice(0, -1)),
  ]).toEqual(['truncated', 'unsupported', 'truncated']);
});

describe('weights by their content', () => {
  test.each([
    ['safetensors', safetensorsFile(1, 300)],
    ['GGUF', GGUF],
    ['GGML', padded('lmgg')],
    ['GGML', padded('tjgg')],
    ['HDF5', HDF5_FILES[0] as Uint8Array],
    ['a NumPy array', NPY],
    ['NumPy arrays', zipSync({ 'arr_0.npy': NPY })],
    ['PyTorch', tensorZip()],
    ['PyTorch', TORCH_LEGACY],
    ['TensorFlow Lite', concatBytes(Uint8Array.from([28, 0, 0, 0]), padded('TFL3'))],
  ])('%s', (what, bytes) => {
    expect(weightsIn(memorySource(bytes))).toBe(what);
  });

  test.each([
    ['another archive', zipSync({ 'readme.md': utf8('x') })],
    ['text', utf8('GG')],
    ['nothing', new Uint8Array(0)],
    ['a cut safetensors file', safetensorsFile(1, 300).slice(0, -1)],
    ['a length like a header', concatBytes(Uint8Array.from(u64Bytes(2n)), utf8('[]'))],
  ])('%s is none', (_, bytes) => {
    expect(weightsIn(memorySource(bytes))).toBeUndefined();
  });
});

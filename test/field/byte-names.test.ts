// Names that are no UTF-8, as zip files of old and Latin-1 systems leave them: files and folders like any other.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { jsonLines, runZnn } from '../support/znn-process.js';

const znn = path.resolve('bin/znn.cjs');

/** A shell's line in `cwd`, since arguments of Node's own calls are strings. `znn` is the command. */
function shell(script: string, cwd: string): string {
  return execFileSync('bash', ['-c', `znn() { "${process.execPath}" "${znn}" "$@"; }; ${script}`], {
    cwd,
    encoding: 'latin1',
  });
}

/** Names in a folder at any depth, their bytes as Latin-1. */
const namesBelow = (folder: string) =>
  shell('find . -mindepth 1 -printf "%P\\n" | LC_ALL=C sort', folder).trimEnd().split('\n');

/** Latin-1, Shift-JIS, half a character, a surrogate and an overlong form; one that looks like another to Node. */
function byteNames(): string {
  const root = fileTree({ 'm/a.safetensors': safetensorsFile(1, 4000) });
  shell(
    String.raw`cd m
      cp a.safetensors $'caf\xe9.safetensors'; cp a.safetensors $'caf\xef\xbf\xbd.safetensors'
      mkdir $'\x93\xfa\x96\x7b' && cp a.safetensors $'\x93\xfa\x96\x7b/x\xe3\x81.bin'
      echo one > $'n\xed\xa0\x80.txt'; echo two > $'n\xc0\xaf.txt'; ln -s $'n\xc0\xaf.txt' $'link\xff'
      mkdir $'empty\xfe'`,
    root,
  );
  return root;
}

describe('a folder with such names', () => {
  test('there and back is the same folder', () => {
    const root = byteNames();
    shell('znn compress m -o s -q && znn decompress s -o r -q && diff -r m r', root);
    expect(namesBelow(path.join(root, 's'))).toContain('caf\xe9.safetensors.znn');
    expect(namesBelow(path.join(root, 's'))).toContain('\x93\xfa\x96\x7b/x\xe3\x81.bin.znn');
    expect(namesBelow(path.join(root, 'r'))).toEqual(namesBelow(path.join(root, 'm')));
  });

  test('in place with --rm, verify and check too', () => {
    const root = byteNames();
    shell('cp -r m before; znn compress --rm m -q', root);
    expect(namesBelow(path.join(root, 'm')).filter((name) => /\.(safetensors|bin)$/.test(name))).toEqual([]);
    shell('znn verify m && znn check m && znn decompress --rm m -q && diff -r m before', root);
  });

  test('shows them escaped, and in JSON their bytes beside', async () => {
    const root = byteNames();
    const { stdout } = await runZnn(['compress', 'm', '-o', 's'], { cwd: root });
    expect(stdout).toContain('compressed m/caf\\xe9.safetensors -> s/caf\\xe9.safetensors.znn');
    expect(stdout).toContain('copied m/n\\xed\\xa0\\x80.txt');
    const run = await runZnn(['verify', 's', '--json'], { cwd: root });
    const file = jsonLines(run).find(({ source }) => source === 's/caf\\xe9.safetensors.znn');
    expect(Buffer.from(String(file?.sourceBase64), 'base64').toString('latin1')).toBe(
      's/caf\xe9.safetensors.znn',
    );
    expect(jsonLines(run).filter(({ sourceBase64 }) => sourceBase64 !== undefined)).toHaveLength(2);
  });

  test('patterns reach them', () => {
    const root = byteNames();
    shell("znn compress m -o s -q --exclude 'caf*'", root);
    expect(namesBelow(path.join(root, 's'))).toContain('caf\xe9.safetensors');
    shell(String.raw`znn compress m -o t -q --include $'caf\xe9.*'`, root);
    expect(namesBelow(path.join(root, 't')).filter((name) => name.endsWith('.znn'))).toEqual([
      'caf\xe9.safetensors.znn',
    ]);
  });
});

describe('on the command line', () => {
  test('as source, output, base and in a glob', () => {
    const root = byteNames();
    shell(String.raw`znn compress --base m/a.safetensors $'m/caf\xe9.safetensors' -o $'out\xff' -q`, root);
    shell(
      String.raw`znn decompress $'out\xff' -o back -q --base m/a.safetensors && cmp back m/a.safetensors`,
      root,
    );
    shell(
      String.raw`znn compress --base $'m/caf\xe9.safetensors' m/a.safetensors -o delta.znn -q
        znn decompress --base $'m/caf\xe9.safetensors' delta.znn -o again -q; cmp again m/a.safetensors`,
      root,
    );
    shell('znn compress m/caf* -o all -q', root);
    expect(namesBelow(path.join(root, 'all'))).toEqual([
      'caf\xe9.safetensors.znn',
      'caf\xef\xbf\xbd.safetensors.znn',
    ]);
  });

  test('in a working folder of such a name', () => {
    const root = temporaryFolder();
    shell(String.raw`mkdir -p $'w\xe4/m'`, root);
    const source = safetensorsFile(1, 4000);
    writeFileSync(path.join(root, 'a.safetensors'), source);
    shell(
      String.raw`cp a.safetensors $'w\xe4/m'; cd $'w\xe4'; znn compress m -o s -q; znn compress --rm m -q
        znn decompress m/a.safetensors.znn -q; cmp m/a.safetensors ../a.safetensors; znn check s; znn info s`,
      root,
    );
    expect(readdirSync(root)).toHaveLength(2);
  });
});

test('a file that is not there is named as it was typed', () => {
  const root = temporaryFolder();
  const text = shell(String.raw`znn compress $'no\xe9' 2>&1 || true`, root);
  expect(text).toContain('znn: no\\xe9: ');
  expect(existsSync(path.join(root, 'no\ufffd'))).toBe(false);
});

// What macOS leaves beside each file on exFAT, SMB and in zip archives: `._model.safetensors`, `._model.safetensors.index.json`.
// They are other files, whatever the name says, and so are netatalk's in `.AppleDouble`.

import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { isIndexName, isNeverWeightName } from '../../src/format/model/file-names.js';
import { findSnapshot } from '../../src/hub/snapshot.js';
import { planCacheRestore } from '../../src/run/cache-restore/plan.js';
import { fileTree } from '../support/file-tree.js';
import { TestCache } from '../support/hub-cache.js';
import { safetensorsFile } from '../support/model-folder.js';
import { entriesIn } from '../support/run-contract.js';
import { run, statusesOf } from '../support/run-verb.js';
import { linesOf, runZnn } from '../support/znn-process.js';

/** AppleDouble: its magic, its version, and bytes that are no UTF-8. */
const SIDECAR = Buffer.from('\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        \x00\x02\xff', 'latin1');
const INDEX = '{"weight_map":{"layer.1.weight":"model-1.safetensors"}}';

/** As a folder comes from a disk of a Mac. */
function macFolder(): string {
  return fileTree({
    'm/model-1.safetensors': safetensorsFile(1, 4000),
    'm/._model-1.safetensors': SIDECAR,
    'm/model.safetensors.index.json': INDEX,
    'm/._model.safetensors.index.json': SIDECAR,
    'm/._model.safetensors.index.znn.json': SIDECAR,
    'm/unet/model.bin': safetensorsFile(2, 4000),
    'm/unet/._model.bin': SIDECAR,
    'm/unet/.AppleDouble/model.bin': SIDECAR,
    'm/unet/.AppleDouble/model.bin.index.json': SIDECAR,
    'm/__MACOSX/._model-1.safetensors': SIDECAR,
    'm/._config.json': SIDECAR,
    'm/.DS_Store': 'Bud1',
    'm/Thumbs.db': Buffer.from([0xd0, 0xcf, 0x11, 0xe0]),
    'm/desktop.ini': '[.ShellClassInfo]',
  });
}
const sidecarsIn = (root: string) =>
  (readdirSync(root, { recursive: true }) as string[])
    .filter((name) => /(^|\/)\._|\.AppleDouble\//.test(name))
    .sort();

describe('a folder with sidecars', () => {
  test.each([
    ['compress', '--rm', 'm'],
    ['compress', '--rm', 'm', '--include', '*.safetensors', '--include', '*.bin', '--include', '._*'],
    ['compress', '--rm', 'm', '--exclude', '._*'],
  ])('%s %s %s %s %s: the weights go, the index names what they became, sidecars stay', async (...args) => {
    const root = macFolder();
    const before = entriesIn(root);
    const ended = await runZnn(args, { cwd: root });
    expect([ended.exitCode, ended.stderr]).toEqual([0, '']);
    const after = entriesIn(root);
    expect(after['m/model-1.safetensors']).toBeUndefined();
    expect(readFileSync(path.join(root, 'm/model.safetensors.index.json'), 'utf8')).toContain(
      'model-1.safetensors.znn',
    );
    const rest = Object.keys(before).filter(
      (name) => !/(model-1\.safetensors|model\.bin|index\.json)$/.test(name),
    );
    for (const name of [...rest, ...sidecarsIn(root)]) expect(after[name], name).toBe(before[name]);
    expect(sidecarsIn(root).filter((name) => name.endsWith('.znn'))).toEqual([]);
  });

  test.each([{ format: 'znn' }, { format: 'safetensors', include: ['*.safetensors'] }] as const)(
    'there and back with -o is the same folder: %o',
    async (settings) => {
      const root = macFolder();
      const [model, small, back] = [path.join(root, 'm'), path.join(root, 's'), path.join(root, 'r')];
      const there = await run('compress', model, { outputPath: small, ...settings });
      expect(there.filter(({ status }) => status === 'failed')).toEqual([]);
      // As macOS does when the output is looked at there.
      writeFileSync(path.join(small, '._model-1.safetensors.znn'), SIDECAR);
      writeFileSync(path.join(small, '._model-1.znn.safetensors'), SIDECAR);
      const again = await run('decompress', small, { outputPath: back });
      expect(statusesOf(again).filter((line) => !line.startsWith('done'))).toEqual([]);
      const restored = entriesIn(back);
      for (const name of ['._model-1.safetensors.znn', '._model-1.znn.safetensors']) {
        expect(restored[name]).toBe(entriesIn(small)[name]);
        delete restored[name];
      }
      expect(restored).toEqual(entriesIn(model));
    },
  );

  test('check, info and verify look at weights only', async () => {
    const root = macFolder();
    const checked = await runZnn(['check', 'm'], { cwd: root });
    expect([checked.exitCode, checked.stderr]).toEqual([0, '']);
    expect(linesOf(checked.stdout)[0]).toBe('m: not compressed (2 not compressed, 1 index)');
    expect((await runZnn(['info', 'm'], { cwd: root })).stdout).not.toContain('._');
    expect(await run('verify', path.join(root, 'm'))).toEqual([]);
  });

  test('.gitattributes loses its line when the last file is restored, whatever its sidecar is called', async () => {
    const root = macFolder();
    const model = path.join(root, 'm');
    await run('compress', model, { removeSources: true, lfs: true });
    writeFileSync(path.join(model, '._model-1.safetensors.znn'), SIDECAR);
    await run('decompress', model, { removeSources: true });
    expect(entriesIn(model)['.gitattributes']).toBeUndefined();
  });
});

describe('what an earlier version made of a sidecar', () => {
  /** As that version did: the name does not matter for a file that is named. */
  async function withCompressedSidecar(): Promise<string> {
    const root = fileTree({ 'm/x': SIDECAR, 'm/a.safetensors.znn': 'no' });
    await run('compress', path.join(root, 'm/x'), { removeSources: true });
    renameSync(path.join(root, 'm/x.znn'), path.join(root, 'm/._a.safetensors.znn'));
    writeFileSync(path.join(root, 'm/._b.safetensors.znn'), SIDECAR);
    return path.join(root, 'm');
  }

  test('is verified and restored, a sidecar of that name is not', async () => {
    const model = await withCompressedSidecar();
    const paths = [model];
    expect(statusesOf(await run('verify', paths, { include: ['._*'] }))).toEqual([
      'done ._a.safetensors.znn',
    ]);
    expect(statusesOf(await run('decompress', paths, { include: ['._*'] }))).toEqual([
      'done ._a.safetensors.znn',
    ]);
    expect(readFileSync(path.join(model, '._a.safetensors'))).toEqual(SIDECAR);
  });

  test('is not compressed again where it is named', async () => {
    const model = await withCompressedSidecar();
    expect(statusesOf(await run('compress', path.join(model, '._a.safetensors.znn')))).toEqual([
      'skipped ._a.safetensors.znn',
    ]);
  });

  test('is restored in a cache of the Hub, a sidecar is left there', async () => {
    const model = await withCompressedSidecar();
    const cache = new TestCache({ hasLinks: false });
    const names = ['._a.safetensors.znn', '._b.safetensors.znn'];
    cache.add(
      'main',
      '1'.repeat(40),
      Object.fromEntries(names.map((name) => [name, readFileSync(path.join(model, name))])),
    );
    const machine = { environment: { HF_HUB_CACHE: cache.cachePath }, homePath: '/nonexistent' };
    const { groups } = planCacheRestore(findSnapshot({ id: 'org/name' }, machine));
    expect(groups[0]?.tasks.map(({ sourcePath }) => path.basename(sourcePath))).toEqual([
      '._a.safetensors.znn',
    ]);
  });
});

test.each(['._a.safetensors', 'x/._a.bin', 'x/.AppleDouble/a.gguf', '._.znn', '._\n.pt'])(
  '%j is a sidecar',
  (name) => {
    expect(isNeverWeightName(name)).toBe(true);
    expect(isIndexName(`${name}.index.json`)).toBe(false);
  },
);

test.each(['.a.safetensors', 'a._b.bin', '._folder/a.bin', 'AppleDouble/a.bin'])('%j is none', (name) => {
  expect(isNeverWeightName(name)).toBe(false);
});

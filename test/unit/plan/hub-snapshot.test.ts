import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Machine } from '../../../src/hub/cache-paths.js';
import { findSnapshot } from '../../../src/hub/snapshot.js';
import { TestCache } from '../../support/hub-cache.js';
import { codeOf, faultOf } from '../../support/throws.js';

const [MAIN, PR] = ['1'.repeat(40), '2'.repeat(40)] as const;
const machine = (environment: Machine['environment'], homePath = '/nonexistent'): Machine => ({
  environment,
  homePath,
});

function cacheWithModel(): TestCache {
  const cache = new TestCache();
  cache.add('main', MAIN, { 'config.json': '{}' });
  cache.add('refs/pr/1', PR, { 'config.json': '{ }' });
  return cache;
}

describe('where the cache is', () => {
  test.each([
    ['HF_HUB_CACHE', (hub: string) => machine({ HF_HUB_CACHE: hub, HF_HOME: '/elsewhere' })],
    [
      'HUGGINGFACE_HUB_CACHE',
      (hub: string) => machine({ HUGGINGFACE_HUB_CACHE: hub, XDG_CACHE_HOME: '/elsewhere' }),
    ],
    ['HF_HOME', (hub: string) => machine({ HF_HOME: path.dirname(hub), XDG_CACHE_HOME: '/elsewhere' })],
    [
      'a variable in it',
      (hub: string) =>
        machine({
          HF_HOME: `$ROOT/\${SUB}`,
          ROOT: path.dirname(path.dirname(hub)),
          SUB: path.basename(path.dirname(hub)),
        }),
    ],
    ['~', (hub: string) => machine({ HF_HUB_CACHE: '~/hub' }, path.dirname(hub))],
  ])('%s says', (_name, machineOf) => {
    const cache = cacheWithModel();
    expect(findSnapshot({ id: 'org/name' }, machineOf(cache.cachePath)).commit).toBe(MAIN);
  });

  test.each([
    ['XDG_CACHE_HOME', 'huggingface', (root: string) => machine({ XDG_CACHE_HOME: root })],
    ['nothing', '.cache/huggingface', (root: string) => machine({}, root)],
  ])('%s says', (_name, between, machineOf) => {
    const cache = new TestCache();
    const root = path.dirname(cache.cachePath);
    const snapshot = path.join(root, between, 'hub/models--gpt2/snapshots', MAIN);
    mkdirSync(snapshot, { recursive: true });
    expect(findSnapshot({ id: 'gpt2' }, machineOf(root)).snapshotPath).toBe(snapshot);
  });
});

describe('a revision', () => {
  const find = (cache: TestCache, revision?: string) =>
    findSnapshot(
      { id: 'org/name', ...(revision !== undefined && { revision }) },
      machine({ HF_HUB_CACHE: cache.cachePath }),
    ).commit;

  test('is a ref, nested ones too, or a commit', () => {
    const cache = cacheWithModel();
    expect([undefined, 'main', 'refs/pr/1', PR].map((revision) => find(cache, revision))).toEqual([
      MAIN,
      MAIN,
      PR,
      PR,
    ]);
  });

  test('is the only snapshot where there is no ref', () => {
    const cache = new TestCache();
    cache.add('main', MAIN, { 'config.json': '{}' });
    rmSync(path.join(cache.repositoryPath, 'refs'), { recursive: true });
    expect(find(cache)).toBe(MAIN);
    cache.add('v2', PR, { 'config.json': '{}' });
    expect(faultOf(() => find(cache))).toMatch(/^io: Hub cache: .*no revision 'main'/);
  });

  test.each([
    ['a short commit', '1234567'],
    ['a version', 'v1.0'],
    ['upper-case digits', 'A'.repeat(40)],
    ['a SHA-256', 'b'.repeat(64)],
    ['a name with a space', 'my revision'],
  ])('may be %s in its ref, if there is a snapshot of that name', (_name, commit) => {
    const cache = new TestCache();
    cache.add('main', commit, { 'config.json': '{}' });
    cache.add('refs/pr/1', PR, { 'config.json': '{}' });
    expect([find(cache), find(cache, 'main'), find(cache, commit)]).toEqual([commit, commit, commit]);
    writeFileSync(path.join(cache.repositoryPath, 'refs', 'main'), `${commit}\n`);
    expect(find(cache)).toBe(commit);
  });

  test('whose ref names what is not there is an error that says so', () => {
    const cache = cacheWithModel();
    writeFileSync(path.join(cache.repositoryPath, 'refs', 'main'), 'v7');
    expect(faultOf(() => find(cache))).toBe(
      `io: Hub cache: its revision 'main' of this model is "v7", of which it has no files; it has refs/pr/1, ${MAIN}, ${PR}`,
    );
    rmSync(path.join(cache.repositoryPath, 'snapshots', PR), { recursive: true });
    writeFileSync(path.join(cache.repositoryPath, 'refs', 'main'), PR);
    expect(faultOf(() => find(cache))).toContain(`is "${PR}", of which it has no files; it has ${MAIN}`);
  });

  test('is not taken from files among the snapshots', () => {
    const cache = new TestCache();
    cache.add('main', MAIN, { 'config.json': '{}' });
    writeFileSync(path.join(cache.repositoryPath, 'snapshots', '.DS_Store'), '');
    rmSync(path.join(cache.repositoryPath, 'refs'), { recursive: true });
    expect(find(cache)).toBe(MAIN);
    expect(faultOf(() => find(cache, '.DS_Store'))).toContain(`no revision '.DS_Store'`);
  });

  test('that is not there is an error that names those that are', () => {
    const cache = cacheWithModel();
    expect(faultOf(() => find(cache, 'v9'))).toBe(
      `io: Hub cache: it has no revision 'v9' of this model; it has main, refs/pr/1, ${MAIN}, ${PR}`,
    );
    expect(faultOf(() => find(cache, '3'.repeat(40)))).toContain('no revision');
    writeFileSync(path.join(cache.repositoryPath, 'refs', 'broken'), '../../..');
    expect(faultOf(() => find(cache, 'broken'))).toContain(
      `is "../../..", of which it has no files; it has main,`,
    );
  });

  test.each(['../main', 'a/../../b', '/etc/passwd', 'a//b', '.', 'a\\..\\b'])('%s is none', (revision) => {
    expect(codeOf(() => find(cacheWithModel(), revision))).toBe('invalid-argument');
  });
});

test.each(['', '..', 'a/b/c', 'org/', '/name', 'org/../x', 'a--b', 'a b', '-x', 'org\\name'])(
  '%j is no model',
  (id) => {
    expect(codeOf(() => findSnapshot({ id }, machine({})))).toBe('invalid-argument');
  },
);

test('a model that is not in the cache is an error with the place', () => {
  const cache = cacheWithModel();
  expect(() => findSnapshot({ id: 'org/other' }, machine({ HF_HUB_CACHE: cache.cachePath }))).toThrow(
    expect.objectContaining({ where: { file: path.join(cache.cachePath, 'models--org--other') } }),
  );
});

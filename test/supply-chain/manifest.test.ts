// What package.json and the lock file promise of everything that an installation brings.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from './npm.js';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const EXACT = /^\d+\.\d+\.\d+$/;
const readJson = (name: string) => JSON.parse(readFileSync(path.join(root, name), 'utf8'));
const manifest = readJson('package.json');
const { packages } = readJson('package-lock.json') as { packages: Record<string, LockedPackage> };
const installed = Object.entries(packages).filter(([folder]) => folder !== '');
const shipped = installed.filter(([, { dev }]) => dev !== true);

test('every dependency is named by one exact version', () => {
  const named = { ...manifest.dependencies, ...manifest.devDependencies };
  expect(Object.keys(named).length).toBeGreaterThan(10);
  for (const [name, version] of Object.entries(named)) expect(version, name).toMatch(EXACT);
  expect(Object.keys(manifest)).not.toEqual(
    expect.arrayContaining(['optionalDependencies', 'peerDependencies', 'bundleDependencies']),
  );
});

test('the lock file is of these versions, each from a registry and with a hash', () => {
  expect(packages['']?.dependencies).toEqual(manifest.dependencies);
  expect(packages['']?.devDependencies).toEqual(manifest.devDependencies);
  for (const [folder, { version, resolved, integrity }] of installed) {
    expect(version, folder).toMatch(/^\d+\.\d+\.\d+/);
    // Absent for what comes from the registry that is configured: no folder, no repository, no other host.
    expect(resolved, folder).toBeUndefined();
    expect(integrity, folder).toMatch(/^sha512-/);
  }
});

test('nothing that ships runs a script when it is installed', () => {
  expect(shipped.length).toBeGreaterThan(10);
  for (const [folder, { hasInstallScript }] of shipped) expect(hasInstallScript, folder).toBeUndefined();
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
    expect(manifest.scripts).not.toHaveProperty(name);
});

test('package.json says what the package is', () => {
  expect(manifest).toMatchObject({
    ...{ name: 'znn', license: 'MIT', type: 'module', bin: { znn: 'bin/znn.cjs' } },
    engines: { node: '>=20' },
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
  });
  expect(manifest.version).toMatch(EXACT);
  expect(manifest.description).toMatch(/^Losslessly compress AI model weights/);
  expect(manifest.keywords).toEqual(expect.arrayContaining(['compression', 'safetensors', 'zipnn']));
  expect(manifest.keywords).toEqual([...new Set<string>(manifest.keywords)].toSorted());
});

// The package as its users get it: packed, installed from the registry into an empty folder, and run there.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { safetensorsFile } from '../support/model-folder.js';
import { sharedTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';
import { NODE_VERSIONS, nodeFolderOf } from './node-versions.js';
import { npm, type ProgramRun, QUIETLY, root, runProgram } from './npm.js';
import { manifestsIn, type PackedPackage, packInto } from './packed.js';

/** Fetching a Node takes as long as the network takes. */
const TIMEOUT_MS = 600_000;
vi.setConfig({ testTimeout: TIMEOUT_MS, hookTimeout: TIMEOUT_MS });

const folder = sharedTemporaryFolder();
const app = path.join(folder, 'app');
const globalPrefix = path.join(folder, 'global');
let packed: PackedPackage;

beforeAll(async () => {
  packed = await packInto(folder);
  for (const each of [app, globalPrefix]) mkdirSync(each);
  writeFileSync(path.join(app, 'package.json'), '{"private": true, "type": "module"}');
  const strictly = ['--engine-strict', ...QUIETLY];
  await npm(['install', ...strictly, packed.tarballPath], { cwd: app });
  await npm(['install', '--global', '--prefix', globalPrefix, ...strictly, packed.tarballPath], {
    cwd: folder,
  });
});

/** CommonJS bundles, each in the place of the module that it starts from. */
const BUNDLES = ['dist/cli/main.cjs', 'dist/pool/worker.cjs'];
/** Packages that are loaded late, each as one file. */
const PACKAGES = ['dist/discover/fast-glob.cjs', 'dist/layout/fflate.cjs'];

describe('the tarball', () => {
  test('holds the command, the library, its documents, and nothing else', () => {
    const modules = packed.files.filter((file) => /^dist\/.*\.(c?js|d\.ts)$/.test(file));
    const others = packed.files.filter((file) => !modules.includes(file));
    const documents = readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`);
    expect(others).toEqual(
      [
        ...['CHANGELOG.md', 'LICENSE', 'README.md', 'bin/znn.cjs', 'dist/kernels.wasm', 'package.json'],
        ...documents,
      ].toSorted(),
    );
    expect(documents.filter((name) => !/\.(md|svg)$/.test(name))).toEqual([]);
  });

  test('holds a module and its types for each source, the bundles of command and worker, and nothing else', () => {
    const sources = (readdirSync(path.join(root, 'src'), { recursive: true }) as string[]).filter(
      (name) => name.endsWith('.ts') && !name.startsWith('kernels') && !name.endsWith('.d.ts'),
    );
    const bundled = BUNDLES.map((file) => file.replace('.cjs', '.js'));
    const expected = sources
      .flatMap((name) => ['.js', '.d.ts'].map((end) => `dist/${name.slice(0, -3)}${end}`))
      .filter((file) => !bundled.includes(file));
    const modules = packed.files.filter((file) => /^dist\/.*\.(c?js|ts)$/.test(file));
    const chunks = modules.filter((file) => /^dist\/cli\/chunk-[^/]+\.cjs$/.test(file));
    expect(chunks.length).toBeGreaterThan(0);
    expect(modules.filter((file) => !chunks.includes(file))).toEqual(
      [...expected, ...BUNDLES, ...PACKAGES].toSorted(),
    );
  });
});

test('no installed package has a script that an installation would run, nor anything to compile', () => {
  const manifests = manifestsIn(path.join(app, 'node_modules'));
  expect(manifests.map(({ name }) => name)).toEqual(expect.arrayContaining(['znn', 'commander', 'fflate']));
  for (const { name, scripts = {} } of manifests) {
    for (const script of ['preinstall', 'install', 'postinstall'])
      expect(scripts, name).not.toHaveProperty(script);
  }
  const files = readdirSync(path.join(app, 'node_modules'), { recursive: true }) as string[];
  expect(files.filter((file) => /(^|\/)binding\.gyp$|\.node$/.test(file))).toEqual([]);
});

describe.each(NODE_VERSIONS)('on Node %s', (version) => {
  let nodeFolder: string;
  beforeAll(async () => {
    nodeFolder = await nodeFolderOf(version);
  });

  /** Compresses with what `start` runs, restores, and compares. */
  async function thereAndBack(start: (args: readonly string[], cwd: string) => Promise<ProgramRun>) {
    const work = temporaryFolder();
    const original = safetensorsFile(1, 300_000);
    writeFileSync(path.join(work, 'a.safetensors'), original);
    const done = { exitCode: 0, stderr: '' };
    expect(await start(['--version'], work)).toEqual({ ...done, stdout: `${packed.version}\n` });
    expect(await start(['compress', '-q', '--rm', 'a.safetensors'], work)).toMatchObject(done);
    expect(readdirSync(work)).toEqual(['a.safetensors.znn']);
    expect(await start(['decompress', '-q', '--rm', 'a.safetensors.znn'], work)).toMatchObject(done);
    expect(readFileSync(path.join(work, 'a.safetensors')).equals(original)).toBe(true);
  }

  test('npx runs what is installed', async () => {
    await thereAndBack((args, cwd) =>
      runProgram('npx', ['--no-install', '--prefix', app, 'znn', ...args], { cwd, nodeFolder }),
    );
  });

  test('a global installation puts the command on the path', async () => {
    const command = path.join(globalPrefix, 'bin', 'znn');
    expect(existsSync(command)).toBe(true);
    const start = (args: readonly string[], cwd: string) => runProgram(command, args, { cwd, nodeFolder });
    await thereAndBack(start);
    expect((await start(['verify', 'none.znn'], folder)).exitCode).toBe(1);
  });

  test('the library can be imported', async () => {
    const program = `import { compress, verify } from 'znn';
      const [file] = process.argv.slice(2);
      const { files } = await compress([file], { threads: 2 });
      const checked = (await verify([file + '.znn'])).files.map((each) => each.checked);
      console.log(process.version, files.map((each) => each.status).join(), checked.join());`;
    writeFileSync(path.join(app, 'use.js'), program);
    const work = temporaryFolder();
    const file = path.join(work, 'a.safetensors');
    writeFileSync(file, safetensorsFile(2, 100_000));
    const run = await runProgram(path.join(nodeFolder, 'node'), ['use.js', file], { cwd: app, nodeFolder });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toMatch(/ done content\n$/);
    expect(run.stdout.split('.')[0]).toBe(`v${version.split('.')[0]}`);
  });
});

test('the types are there for a program in TypeScript', async () => {
  const program = `import { compress, describe, ZnnError, type RunResult } from 'znn';
    export const run: Promise<RunResult> = compress(['x'], { threads: 2 });
    export const code: string = new ZnnError('io', 'x').code;
    export const info = describe('x');
    // @ts-expect-error an option that there is not
    compress(['x'], { thread: 2 });`;
  writeFileSync(path.join(app, 'use.ts'), program);
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const types = ['--types', 'node', '--typeRoots', path.join(root, 'node_modules', '@types')];
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    ...types,
    'use.ts',
  ];
  expect(await runProgram(process.execPath, [tsc, ...options], { cwd: app })).toMatchObject({
    ...{ exitCode: 0, stdout: '' },
  });
});

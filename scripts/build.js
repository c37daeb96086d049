// Builds dist/: the TypeScript sources with tsc, the kernels with asc, and what a process starts with (the command and the
// worker) as bundles. Run as `npm run build`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

// 64 KiB each. Untouched pages cost address space, not memory.
const MEMORY_PAGES = 224;

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

async function runNode(script, args) {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [exitCode, signal] = await once(child, 'close');
  if (exitCode !== 0)
    throw new Error(`${path.basename(script)} ended with ${signal ?? `exit code ${exitCode}`}`);
}

// Built aside and swapped in whole: a build that fails leaves the last good one in place.
const built = path.join(root, `dist.${process.pid}.tmp`);
process.on('exit', () => rmSync(built, { recursive: true, force: true }));

mkdirSync(built);
const sources = runNode(require.resolve('typescript/bin/tsc'), ['-p', 'tsconfig.json', '--outDir', built]);
const kernels = runNode(require.resolve('assemblyscript/bin/asc.js'), [
  'src/kernels/index.ts',
  ...['--outFile', path.relative(root, path.join(built, 'kernels.wasm'))],
  // stub runtime and no assertions: the module must import nothing and allocate nothing.
  ...['--runtime', 'stub', '--noAssert'],
  ...['-O3', '--shrinkLevel', '0'],
  ...['--enable', 'simd'],
  // One fixed memory, sized once and never grown: codec/memory.ts lays it out, codec/kernels.ts checks that it fits.
  ...['--initialMemory', String(MEMORY_PAGES), '--maximumMemory', String(MEMORY_PAGES)],
  // Below the first region of codec/memory.ts.
  ...['--memoryBase', '64'],
  ...['--use', 'abort='],
]);
// Both end before the folder goes.
const failed = (await Promise.allSettled([sources, kernels])).find(({ status }) => status === 'rejected');
if (failed) throw failed.reason;

// Finding and reading 200 small modules takes Node longer than all of a small file's work, and setting up the loader of ES
// modules takes it longer than reading one file. The bundles take the place of the modules that they start from; the others
// stay as they are, for the library and for tests.
await bundle('cli/main.js', 'cli/main.cjs', commandChunks());
await bundle('pool/worker.js', 'pool/worker.cjs', false);
// Packages that are loaded late, by who needs them: one file each in place of up to 60.
await bundlePackage('fast-glob', 'discover/fast-glob.cjs');
await bundlePackage('fflate', 'layout/fflate.cjs');

rmSync(path.join(root, 'dist'), { recursive: true, force: true });
renameSync(built, path.join(root, 'dist'));

/** commander can start programs as subcommands. znn has no such, and loading what starts them would take 3 ms. */
function commanderWithoutPrograms() {
  const transform = (code, file) => {
    if (!file.endsWith(path.join('commander', 'lib', 'command.js'))) return null;
    const without = code.replace("require('node:child_process')", '{}');
    if (without === code) throw new Error(`${file} loads node:child_process in another way than it used to`);
    return without;
  };
  return { name: 'commander-without-programs', transform };
}

/** Of the command: each chunk holds one module and what it imports, other than what the chunks before it hold. By itself the
 * bundler would make a chunk for each set of modules that share a user, 17 for a common run, and finding that many makes
 * V8 optimize node:path, which takes a processor 15 ms. What is loaded for the rarer commands and displays it still splits. */
function commandChunks() {
  const chunks = [
    ['main', /\/cli\/main\.js$/],
    ['base', /\/errors\.js$|\/io\/kernels-file\.js$/],
    ['workers', /\/pool\/spare-workers\.js$/],
    ['command-line', /\/cli\/command-line\.js$/],
    [
      'run',
      /\/cli\/(start-command|commands\/(compress|decompress|verify|run-verb)|report\/text-report)\.js$/,
    ],
  ];
  return { groups: chunks.map(([name, test], i) => ({ name, test, priority: chunks.length - i })) };
}

// Names of functions stay, for stack traces.
function outputOptions() {
  return {
    format: 'cjs',
    minify: {
      compress: true,
      mangle: { toplevel: false, keepNames: true },
      codegen: { removeWhitespace: true },
    },
  };
}

/** Chunks lie beside the entry, since modules find files by their distance from the folder of the package. */
async function bundle(entry, target, codeSplitting) {
  const bundled = await rolldown({
    input: path.join(built, entry),
    platform: 'node',
    // Of a package that has both, its ES modules: of those only what is used gets in.
    resolve: { mainFields: ['module', 'main'] },
    plugins: [commanderWithoutPrograms()],
  });
  await bundled.write({
    ...outputOptions(),
    dir: path.join(built, path.dirname(entry)),
    entryFileNames: path.basename(target),
    chunkFileNames: 'chunk-[name].cjs',
    codeSplitting,
  });
  await bundled.close();
  for (const file of [entry, `${entry}.map`]) rmSync(path.join(built, file));
}

async function bundlePackage(name, target) {
  const bundled = await rolldown({ input: require.resolve(name), platform: 'node' });
  await bundled.write({ ...outputOptions(), file: path.join(built, target), codeSplitting: false });
  await bundled.close();
}
